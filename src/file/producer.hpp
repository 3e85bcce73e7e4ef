// The writer's side of a region: finds room, copies, publishes. Every member is called under the
// producer lock; no allocation, no I/O, no waiting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "file/read_floors.hpp"
#include "region/region.hpp"
#include "region/run_table.hpp"

namespace ringproc::core {

// Invariants:
//  (1) Room for bytes and row is checked before either is written; nothing can fail between row and
//  `accepted`. (2) Ring memory is written only where nothing lies that is pending or being read:
//  below the lowest offset in use + range, or, in the lap after an early wrap, behind all that the
//  lap before has used (see Lap). (3) head_ and next_offset_ always follow from the last row and
//  `accepted` (see resume()).
class Producer {
 public:
  // file_size: the file's size at open, the first logical end.
  Producer(Region& region, const ReadFloors& floors, std::uint64_t file_size) noexcept;

  // Copies data for file_offset into the ring and publishes it. Returns false, with nothing
  // changed, if there is no room now; then pages_wanted() tells whether more pages would make some.
  // Requires: 0 < data.size() <= capacity().
  [[nodiscard]] bool try_accept(std::span<const std::byte> data,
                                std::uint64_t file_offset) noexcept;

  // After a takeover from a dead writer: derives the private fields from the region again.
  void resume() noexcept;

  // So many bytes of ring memory have to be populated for what was refused last; 0: no matter.
  [[nodiscard]] std::uint64_t pages_wanted() const noexcept { return pages_wanted_; }
  // What is accepted for certain once the ring has been drained, if no more pages can be had.
  [[nodiscard]] std::uint64_t largest_write() const noexcept;

  // Keeps to the first `keep` bytes of ring memory as long as there is room. Returns: whether
  // nothing that is pending or being read lies beyond them, so that `populated` may be lowered to
  // that.
  [[nodiscard]] bool leave(std::uint64_t keep) noexcept;

  // From now on nothing is accepted. Returns: everything accepted.
  std::uint64_t stop() noexcept;

  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_; }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return range_; }
  // Highest file offset accepted so far, patches apart. Any thread may look; exact under the
  // producer lock.
  [[nodiscard]] std::uint64_t end_of_file() const noexcept {
    // relaxed: whoever needs it together with bytes holds the producer lock.
    return end_of_file_.load(std::memory_order_relaxed);
  }
  // When the file is cut: the logical end moves back.
  void set_end_of_file(std::uint64_t size) noexcept {
    end_of_file_.store(size, std::memory_order_relaxed);  // as in end_of_file()
  }

 private:
  struct Spot {
    std::uint64_t ring_offset;
    bool new_row;
    std::uint64_t pages_wanted;  // 0: they are there; kNone: only the drain can make room
    bool around = false;         // the bytes of the lap before
  };
  static constexpr std::uint64_t kNone = UINT64_MAX;

  // The lap that an early wrap began: ring offsets from `begin` to begin + range. The lap before it
  // has left memory from `unused` on alone. So when the head comes up against bytes of that lap, it
  // can go around them, once: a disk that hangs just after a wrap keeps no writer waiting as long
  // as there is memory.
  struct Lap {
    std::uint64_t begin = 0;
    std::uint64_t unused = 0;  // in the range; 0: not known, or gone there already
  };

  [[nodiscard]] Spot find_spot(std::size_t n, std::uint64_t file_offset) noexcept;
  [[nodiscard]] Spot find_another_spot(std::size_t n, std::uint64_t file_offset,
                                       const Spot& head) noexcept;
  [[nodiscard]] Spot go_around(std::size_t n, std::uint64_t file_offset) const noexcept;
  void note_lap(const Spot& at) noexcept;
  [[nodiscard]] bool fits(std::uint64_t ring_offset, std::size_t n) noexcept;
  [[nodiscard]] std::uint64_t alignment_gap(std::uint64_t ring_offset, std::uint64_t file_offset,
                                            std::size_t n) const noexcept;

  RegionHeader& header_;
  const Ring ring_;
  const ReadFloors& floors_;
  RunTable runs_;
  const std::uint64_t range_;
  std::uint64_t accepted_ = 0;  // copy of the region's, which only we write
  std::uint64_t populated_;     // cached: so much of the range may be used
  std::uint64_t head_ = 0;      // ring offset of the next byte
  // File offset of the next byte if the writer just goes on; kNone: it has not begun.
  std::uint64_t next_offset_ = kNone;
  std::uint64_t free_until_;  // cached: ring offsets below this may be written
  Lap lap_;
  std::uint64_t around_until_ = 0;  // the end of the lap in which the head went around
  std::uint64_t pages_wanted_ = 0;
  bool congruent_ = true;  // the last row's ring addresses are, to its file offsets
  bool stopped_ = false;
  std::atomic<std::uint64_t> end_of_file_;
};

}  // namespace ringproc::core
