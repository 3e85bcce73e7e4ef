// What the two procedures have in common: handles of the mmio functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "measure/first_error.hpp"
#include "measure/places.hpp"
#include "measure/subject.hpp"
#include "ringproc/mmio.h"

namespace ringproc::tool::measure {

// A handle of the mmio functions has one writer at a time; callers who share one hold a lock for
// the call, as an application must. Flushes go beside it.
class MmioSubject : public Subject {
 public:
  // Requires: a handle for each of handles_of(request.measured).
  MmioSubject(const SubjectRequest& request, std::vector<HMMIO> handles);
  ~MmioSubject() override;

  [[nodiscard]] bool write(unsigned caller) override;
  [[nodiscard]] bool flush(unsigned caller) override;
  [[nodiscard]] bool flush_all() override;
  [[nodiscard]] bool close() override;
  [[nodiscard]] std::string error() override { return error_.text(); }

 protected:
  [[nodiscard]] std::size_t handles() const { return handles_.size(); }
  [[nodiscard]] HMMIO handle(std::size_t index) const { return handles_[index].handle; }

 private:
  struct alignas(64) Handle {
    HMMIO handle = nullptr;
    std::unique_ptr<std::mutex> writing;  // if shared
  };
  struct alignas(64) Caller {
    Place place;
    std::uint64_t at = 0;  // prepared
  };

  // Effect: everything written through the handle is durable. Returns: empty, or why not.
  [[nodiscard]] virtual std::string sync(std::size_t index) = 0;
  // Why the last call on the handle failed.
  [[nodiscard]] virtual std::string reason(std::size_t index) = 0;

  [[nodiscard]] bool write_through(const Handle& to);
  [[nodiscard]] bool told(const std::string& reason);

  const std::span<const std::byte> data_;
  const bool own_;
  std::vector<Handle> handles_;
  std::vector<Caller> callers_;
  FirstError error_;
};

// Opens a handle for each of handles_of(one). open_one: returns NULL and says why. Returns: all of
// them, or none and the reason in error.
[[nodiscard]] std::vector<HMMIO> open_mmio_handles(
    const SubjectRequest& request, std::string& error,
    const std::function<HMMIO(const std::string& path, DWORD flags, std::string& error)>& open_one);

}  // namespace ringproc::tool::measure
