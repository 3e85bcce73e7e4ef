// A region made ahead, so that an open only has to fill it in and link it: no name yet, its first
// pages reserved, locked. One, and none before a process's second ring. And the last one that was
// given up, so that its closer need not wait for its memory to be taken apart. Lanes make and free
// them, after what they were called for.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "region/region.hpp"

namespace ringproc::core {

class SpareRegion {
 public:
  // Returns: NULL if there is none that fits; make() makes the next one like it. Any thread.
  [[nodiscard]] std::unique_ptr<Region> take(const std::shared_ptr<Place>& place,
                                             std::uint64_t ring_bytes) noexcept;
  // Frees it, now or in make(). Requires: nobody else uses it. Any thread.
  void spent(std::unique_ptr<Region> region) noexcept;
  // Makes a spare one if it was asked for. No place, no room: none, and the open that asks tells.
  // Blocks: on the memory's being made, never on a disk. A lane.
  void make() noexcept;

 private:
  std::mutex m_;
  std::shared_ptr<Place> place_;   // guarded by m_: where the last one was asked for
  std::uint64_t ring_bytes_ = 0;   // guarded by m_: of how much
  std::uint64_t asked_ = 0;        // guarded by m_
  bool wanted_ = false;            // guarded by m_: there is none, and nobody makes one
  std::unique_ptr<Region> ready_;  // guarded by m_, made for place_ and ring_bytes_
  std::unique_ptr<Region> spent_;  // guarded by m_
};

}  // namespace ringproc::core
