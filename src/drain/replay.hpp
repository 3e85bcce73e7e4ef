// Finishing a drain where none can exist any more: at process exit on Windows, in recovery, in
// tests.
#pragma once

#include <system_error>

#include "backend/backend.hpp"
#include "drain/batch.hpp"
#include "region/region.hpp"

namespace ringproc::core {

// Who wants to know of every write before and after it. No second one at a time.
class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  // May fetch the batch's bytes into the region's memory. An error ends the replay.
  [[nodiscard]] virtual std::error_code before(const Batch& batch) noexcept = 0;
  virtual void after(const Batch& batch) noexcept = 0;
};

// Effect: writes everything accepted and not yet written, in order, and moves the region's
// watermarks on. May be cut off at any point and called again: what was written is written again
// with the same bytes. Requires: nobody else uses the region. Errors: the backend's first; the
// region then says how far it got. No heap, no locks, no threads. Blocks: on the device.
[[nodiscard]] std::error_code replay(const Region& region, Backend& backend,
                                     ReplayObserver* observer = nullptr) noexcept;

}  // namespace ringproc::core
