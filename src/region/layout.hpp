// The region's layout: everything a stranger needs to finish a drain, position-independent and
// versioned. Written by the threads named beside each field; see the table of atomics in
// src/README.md.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace ringproc::core {

inline constexpr std::uint64_t kRegionMagic = 0x31474E5250474E52u;  // "RNGPRNG1"
inline constexpr std::uint32_t kRegionVersion = 1;
inline constexpr std::size_t kRunRows = 512;
inline constexpr std::size_t kPatchRows = 16;
inline constexpr std::size_t kPatchBytes = 8192;
inline constexpr std::size_t kMaxPatch = 4096;
inline constexpr std::size_t kPathBytes = 4096;
inline constexpr std::size_t kRingStart = 28 * 1024;  // from the region's start to ring memory
inline constexpr std::size_t kFirstBytes =
    64 * 1024;  // present at open: header and the ring's first part
inline constexpr std::uint64_t kBlock =
    4096;  // ring addresses are congruent to file offsets modulo this

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

// Which file the region belongs to, and its state as the owner last saw it.
struct Identity {
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t birth_ns;
  std::uint64_t size;
  std::uint64_t modified_ns;
  std::uint64_t changed_ns;
  std::uint32_t process;
  std::uint32_t reserved;
  std::array<char, 40> boot_id;
  std::array<char, kPathBytes>
      path;  // absolute, NUL-terminated; empty: adopted handle without a name
};

// The write that is being made: lets recovery tell the owner's last write from a stranger's.
struct Intent {
  std::uint64_t file_offset;
  std::uint64_t length;  // 0: none
  std::uint64_t time_ns;
};

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
  std::atomic<std::uint64_t> populated;  // bytes of ring memory that have pages

  // Written by whoever owns the write step.
  alignas(64) std::atomic<std::uint64_t> written;
  std::atomic<std::uint64_t> runs_retired;
  std::atomic<std::uint64_t> freed;  // ring offset that belongs to `written`
  std::atomic<std::uint64_t> patches_retired;

  // Written by whoever owns the sync step.
  alignas(64) std::atomic<std::uint64_t> durable;
  std::atomic<std::uint64_t> patches_durable;

  // Written by patchers, one at a time (under the drain's state mutex).
  alignas(64) std::atomic<std::uint64_t> patches_pushed;

  // Written by whoever owns the write step, read by recovery only.
  alignas(64) Intent intent;
  Identity identity;

  alignas(64) std::array<Run, kRunRows> runs;
  std::array<Patch, kPatchRows> patches;
  std::array<std::byte, kPatchBytes> patch_data;
};

static_assert(sizeof(RegionHeader) <= kRingStart);
static_assert(std::is_standard_layout_v<RegionHeader>);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace ringproc::core
