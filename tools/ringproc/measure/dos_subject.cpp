// The built-in 'DOS ' procedure: writes with plain system calls and syncs nothing, so a flush adds
// the sync that makes it durable.
#include <atomic>
#include <utility>

#include "measure/mmio_subject.hpp"
#include "os.hpp"
#include "target.hpp"

namespace ringproc::tool::measure {
namespace {

class DosSubject final : public MmioSubject {
 public:
  DosSubject(const SubjectRequest& request, std::vector<HMMIO> handles)
      : MmioSubject(request, std::move(handles)) {
    for (std::size_t i = 0; i < MmioSubject::handles(); ++i) {
      MMIOINFO info{};
      static_cast<void>(mmioGetInfo(handle(i), &info, 0));  // of a handle that was just opened
      os_handles_.push_back(info.adwInfo[0]);
    }
  }

  [[nodiscard]] std::uint64_t syncs() override { return syncs_; }

 private:
  [[nodiscard]] std::string sync(std::size_t index) override {
    // A statistic.
    syncs_.fetch_add(1, std::memory_order_relaxed);
    const std::error_code error = os::sync_data(os_handles_[index]);
    return error ? "syncing: " + error.message() : std::string();
  }
  [[nodiscard]] std::string reason(std::size_t) override { return os::last_error().message(); }

  std::vector<std::uint32_t> os_handles_;
  std::atomic<std::uint64_t> syncs_{0};
};

HMMIO open_dos(const std::string& path, DWORD flags, std::string& error) {
  MMIOINFO info{};
  info.fccIOProc = FOURCC_DOS;
  std::string name = os::name_for_mmio(path);
  const HMMIO handle = mmioOpen(name.data(), &info, flags);
  if (handle == nullptr) error = mmio_error_text(info.wErrorRet);
  return handle;
}

}  // namespace

OpenedSubject open_dos_subject(const SubjectRequest& request) {
  std::string error;
  std::vector<HMMIO> handles = open_mmio_handles(request, error, open_dos);
  if (!error.empty()) return {nullptr, error};
  return {std::make_unique<DosSubject>(request, std::move(handles)), {}};
}

}  // namespace ringproc::tool::measure
