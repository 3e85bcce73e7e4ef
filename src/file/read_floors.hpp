// Floors that readers put under the freeing of ring space while they copy pending bytes. Set under
// the producer lock, cleared without it; the writer looks at them only when its cached limit is
// used up.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace ringproc::core {

class ReadFloors {
 public:
  static constexpr std::size_t kReaders = 16;  // more readers at once wait for one of these

  ReadFloors() noexcept {
    for (auto& floor : floors_) floor.store(kNone, std::memory_order_relaxed);  // not shared yet
  }

  // Under the producer lock. Returns the slot taken, or kReaders if all are in use.
  [[nodiscard]] std::size_t set(std::uint64_t ring_offset) noexcept {
    for (std::size_t slot = 0; slot < kReaders; ++slot) {
      // acquire: pairs with clear(), so a slot is reused after its reader's last copy.
      if (floors_[slot].load(std::memory_order_acquire) == kNone) {
        // relaxed: read by writers only, under the same producer lock.
        floors_[slot].store(ring_offset, std::memory_order_relaxed);
        return slot;
      }
    }
    return kReaders;
  }

  // Any thread, once per set().
  void clear(std::size_t slot) noexcept {
    // release: pairs with lowest(), so the reader's copies are done before the space is written
    // again.
    floors_[slot].store(kNone, std::memory_order_release);
  }

  // Under the producer lock: the lowest ring offset still being read.
  [[nodiscard]] std::uint64_t lowest() const noexcept {
    std::uint64_t low = kNone;
    for (const auto& floor : floors_) low = std::min(low, floor.load(std::memory_order_acquire));
    return low;
  }

 private:
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  std::array<std::atomic<std::uint64_t>, kReaders> floors_;
};

}  // namespace ringproc::core
