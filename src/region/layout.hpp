// The region's layout: everything a stranger needs to finish a drain, position-independent and
// versioned. Written by the threads named beside each field; see the table of atomics in
// src/README.md. A process may be killed between any two stores: whatever is read by recovery is
// written first and made valid by one store after it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace ringproc::core {

inline constexpr std::uint64_t kRegionMagic = 0x31474E5250474E52u;  // "RNGPRNG1"
inline constexpr std::uint32_t kRegionVersion = 3;
inline constexpr std::size_t kRunRows = 512;
inline constexpr std::size_t kPatchRows = 16;
inline constexpr std::size_t kPatchBytes = 8192;
inline constexpr std::size_t kMaxPatch = 4096;
inline constexpr std::size_t kPathBytes = 4096;
inline constexpr std::size_t kRingStart = 32 * 1024;  // from the region's start to ring memory
inline constexpr std::size_t kFirstBytes =
    56 * 1024;  // present at open: header and the ring's first part
inline constexpr std::uint64_t kBlock =
    4096;  // ring addresses are congruent to file offsets modulo this
inline constexpr std::uint64_t kLargestOffset = std::uint64_t{1} << 62;

// From `position` on, file offset = file_offset + (p - position), ring offset = ring_offset + (p -
// position).
struct Run {
  std::uint64_t position;
  std::uint64_t file_offset;
  std::uint64_t ring_offset;
};

// Bytes that go to the file after everything below `position`, before everything from it on.
struct Patch {
  std::uint64_t position;
  std::uint64_t file_offset;
  std::uint64_t data_offset;  // grows; modulo kPatchBytes
  std::uint64_t length;
};

// Which file the region belongs to. Written at creation; the path by renames too.
struct Identity {
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t birth_ns;  // 0: unknown
  std::uint32_t process;
  std::uint32_t
      holder;  // process that has the lock, where locks do not tell (Windows); written by it
  std::array<char, 40> boot_id;
  std::atomic<std::uint64_t> renames;  // the path is paths[renames % 2]
  // Absolute, NUL-terminated; empty: an adopted handle whose name could not be found.
  std::array<std::array<char, kPathBytes>, 2> paths;
};

// The file as the owner saw it after a change of its own.
struct FileMark {
  std::atomic<std::uint64_t> size;
  std::atomic<std::uint64_t> modified_ns;
  std::atomic<std::uint64_t> changed_ns;  // also changed by a rename, hence:
  std::atomic<std::uint64_t> renames;     // Identity::renames, before the file was looked at
  // 0: the file's times are these. Else they were not looked at: they lie between this and these.
  std::atomic<std::uint64_t> since_ns;
};

// What the owner does to the file, so that recovery can tell the owner's last change from a
// stranger's. A change is begun (range and time first, `begun` after), made, and settled (mark
// first, `settled` after). Open while begun != settled. See journal.hpp.
struct Journal {
  std::atomic<std::uint64_t> begun;
  std::atomic<std::uint64_t> settled;      // the mark is marks[settled % 2]
  std::atomic<std::uint64_t> file_offset;  // of the change `begun`
  std::atomic<std::uint64_t> length;       // or kCut: cut to file_offset
  std::atomic<std::uint64_t> time_ns;      // wall clock, just before
  std::atomic<std::uint64_t> position;     // of its first byte; and `patches_retired`: so it can be
  std::atomic<std::uint64_t> patches;      // told whether it is still pending
  std::array<FileMark, 2> marks;
};
inline constexpr std::uint64_t kCut = UINT64_MAX;
inline constexpr std::uint64_t kNoPosition =
    UINT64_MAX;  // of bytes that did not come through the ring

struct RegionHeader {
  // Written at creation, constant from then on.
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t ring_range;  // bytes of ring memory; ring address = ring offset modulo this
  std::uint64_t run_rows;
  std::uint64_t patch_rows;
  std::uint64_t patch_bytes;

  // Written by the writer that holds the producer lock.
  alignas(64) std::atomic<std::uint64_t> accepted;
  std::atomic<std::uint64_t> runs_pushed;

  // Written by whoever owns the write step.
  alignas(64) std::atomic<std::uint64_t> written;
  std::atomic<std::uint64_t> runs_retired;
  std::atomic<std::uint64_t> freed;  // ring offset that belongs to `written`
  std::atomic<std::uint64_t> patches_retired;
  // Space that the owner took beyond the end of its file, up to space_end (0: none), and gives back
  // when it closes the file. Zeros were written there if space_filled: then the size is not the
  // file's end, but file_end is, which all writes below it have reached or are still pending.
  std::atomic<std::uint64_t> file_end;
  std::atomic<std::uint64_t> space_end;
  std::atomic<std::uint64_t> space_filled;

  // Written by whoever owns the sync step.
  alignas(64) std::atomic<std::uint64_t> durable;
  std::atomic<std::uint64_t> patches_durable;

  // Written by patchers, one at a time (under the drain's state mutex).
  alignas(64) std::atomic<std::uint64_t> patches_pushed;

  // Written by whoever grows the ring (under the region's mutex): bytes of ring memory that may be
  // used.
  alignas(64) std::atomic<std::uint64_t> populated;

  // Written once, with the file's sticky failure: -code as in ringproc.h, 0 none. Recovery of a
  // failed file is never automatic.
  std::atomic<std::uint64_t> failure;

  // Written by an automatic recovery that could not place the bytes, so that it tells that once.
  std::atomic<std::uint64_t> told;

  // Written by whoever owns the write step, read by recovery only.
  alignas(64) Journal journal;
  Identity identity;

  alignas(64) std::array<Run, kRunRows> runs;
  std::array<Patch, kPatchRows> patches;
  std::array<std::byte, kPatchBytes> patch_data;
};

static_assert(sizeof(RegionHeader) <= kRingStart);
// The same in 32 and 64 bits: either may recover what the other left.
static_assert(sizeof(RegionHeader) == 29824);
static_assert(alignof(std::atomic<std::uint64_t>) == 8);
static_assert(std::is_standard_layout_v<RegionHeader>);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint64_t>) == sizeof(std::uint64_t));

}  // namespace ringproc::core
