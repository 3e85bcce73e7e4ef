#include "drain/replay.hpp"

namespace ringproc::core {

std::error_code replay(const Region& region, Backend& backend, ReplayObserver* observer) noexcept {
  for (Batch batch; claim(region, batch); batch = {}) {
    if (observer) {
      if (auto error = observer->before(batch)) return error;
    }
    const std::error_code error = write_batch(
        backend, batch, [&](std::uint64_t done) { retire(region.header(), batch, done); });
    if (observer) observer->after(batch);
    if (error) return error;
  }
  return {};
}

}  // namespace ringproc::core
