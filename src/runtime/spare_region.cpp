#include "runtime/spare_region.hpp"

#include <new>
#include <utility>

namespace ringproc::core {

std::unique_ptr<Region> SpareRegion::take(const std::shared_ptr<Place>& place,
                                          std::uint64_t ring_bytes) noexcept {
  if (!Place::creates_nameless()) return nullptr;
  std::unique_ptr<Region> unfit;
  const std::lock_guard lock(m_);
  if (place_ != place || ring_bytes_ != ring_bytes) unfit = std::exchange(ready_, nullptr);
  place_ = place;
  ring_bytes_ = ring_bytes;
  wanted_ = ++asked_ > 1;
  return std::exchange(ready_, nullptr);
}

void SpareRegion::spent(std::unique_ptr<Region> region) noexcept {
  // relaxed: nobody grows it any more.
  const std::uint64_t populated = region->header().populated.load(std::memory_order_relaxed);
  const std::lock_guard lock(m_);
  if (wanted_ && !spent_ && kRingStart + populated <= kFirstBytes) spent_ = std::move(region);
}

void SpareRegion::make() noexcept {
  std::unique_ptr<Region> old;
  std::shared_ptr<Place> place;
  std::uint64_t ring_bytes = 0;
  {
    const std::lock_guard lock(m_);
    old = std::exchange(spent_, nullptr);
    if (!std::exchange(wanted_, false)) return;
    place = place_;
    ring_bytes = ring_bytes_;
  }
  old.reset();
  std::unique_ptr<Region> made;
  try {
    std::error_code error;
    made = Region::create_shared(place, ring_bytes, false, error);
  } catch (const std::bad_alloc&) {
    return;  // the next open makes its own
  }
  const std::lock_guard lock(m_);
  if (made && place == place_ && ring_bytes == ring_bytes_ && !ready_) ready_.swap(made);
}

}  // namespace ringproc::core
