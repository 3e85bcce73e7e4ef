#include "drain/replay.hpp"

#include "drain/batch.hpp"

namespace ringproc::core {

std::error_code replay(const Region& region, Backend& backend) noexcept {
  for (Batch batch; claim(region, batch); batch = {}) {
    const std::error_code error = write_batch(
        backend, batch, [&](std::uint64_t done) { retire(region.header(), batch, done); });
    if (error) return error;
  }
  return {};
}

}  // namespace ringproc::core
