// What a file asks of the runtime. Implemented by the runtime (Asio) and by tests (stepping by
// hand).
#pragma once

#include <cstdint>
#include <memory>
#include <system_error>

#include "region/region.hpp"

namespace ringproc::core {

class File;

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // Makes sure that there are threads for the file. Errors: they cannot be started.
  [[nodiscard]] virtual std::error_code prepare(File& file) = 0;
  // From now on the file's bytes are written out in time. After prepare().
  virtual void attach(const std::shared_ptr<File>& file) = 0;
  // No further steps are started for it. Steps that run now go on.
  virtual void detach(File& file) noexcept = 0;

  // A region without a name that is ready for use; NULL: the file makes its own.
  [[nodiscard]] virtual std::unique_ptr<Region> spare_region(const std::shared_ptr<Place>&,
                                                             std::uint64_t) noexcept {
    return nullptr;
  }
  // Nobody needs it any more, and nobody waits for its end.
  virtual void free_region(std::unique_ptr<Region>) noexcept {}

  // A sync of the file failed while it was closed: who opens it again is told.
  virtual void suspect(File&) noexcept {}

  // The writer's doorbell. No allocation, no waiting; at most one system call.
  virtual void ring(File& file) noexcept = 0;
  // Somebody waits: run the file's steps on a lane now. May allocate, never blocks on I/O.
  virtual void drain_now(File& file) noexcept = 0;
};

}  // namespace ringproc::core
