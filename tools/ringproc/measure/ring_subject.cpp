// The ring procedure, through the mmio functions as an application has it.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "measure/mmio_subject.hpp"
#include "ringproc/install.h"
#include "ringproc/ringproc.h"
#include "target.hpp"

namespace ringproc::tool::measure {
namespace {

class RingSubject final : public MmioSubject {
 public:
  RingSubject(const SubjectRequest& request, std::vector<HMMIO> handles)
      : MmioSubject(request, std::move(handles)), files_(request.measured.files) {}

  // Handles on one file share its ring and its numbers.
  [[nodiscard]] std::uint64_t syncs() override {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(files_, handles()); ++i) {
      ringproc_stats stats{};
      stats.size = sizeof(stats);
      if (ringproc_mmio_stats(handle(i), &stats) == 0) all += stats.syncs;
    }
    return all;
  }

 private:
  [[nodiscard]] std::string sync(std::size_t index) override {
    if (ringproc_mmio_flush_accepted(handle(index)) == MMSYSERR_NOERROR) return {};
    return "flushing: " + reason(index);
  }
  [[nodiscard]] std::string reason(std::size_t index) override {
    ringproc_failure failure{};
    failure.size = sizeof(failure);
    const auto where = reinterpret_cast<LPARAM>(&failure);
    if (mmioSendMessage(handle(index), RINGPROC_MSG_FAILURE, where, 0) != 1) return "stale handle";
    if (failure.code != 0) {
      return fmt::format("{} (at byte {})", ringproc_strerror(failure.code), failure.file_offset);
    }
    return "the ring had no room, or a time-out passed (see the options given)";
  }

  unsigned files_;
};

// For as long as it lives, opens of these paths have these options.
class PathOptions {
 public:
  PathOptions(const SubjectRequest& request, std::string& error) : paths_(request.paths) {
    ringproc_options options{};
    options.size = sizeof(options);
    std::array<char, 256> message{};
    if (ringproc_options_init(&options) != 0) {
      error = "the environment variable RINGPROC_OPTIONS holds a bad option";
    } else if (!request.library_options.empty() &&
               ringproc_options_parse(&options, request.library_options.c_str(), message.data(),
                                      message.size()) != 0) {
      error = fmt::format("the library's options: {}", message.data());
    }
    if (request.measured.direct != Direct::automatic) {
      options.direct = request.measured.direct == Direct::on ? RINGPROC_ON : RINGPROC_OFF;
    }
    for (const std::string& path : paths_) {
      if (!error.empty()) return;
      const int code = ringproc_set_path_options(path.c_str(), &options);
      if (code != 0) error = fmt::format("the library's options: {}", ringproc_strerror(code));
    }
  }
  ~PathOptions() {
    for (const std::string& path : paths_) {
      static_cast<void>(
          ringproc_set_path_options(path.c_str(), nullptr));  // they were for the opens
    }
  }
  PathOptions(const PathOptions&) = delete;
  PathOptions& operator=(const PathOptions&) = delete;

 private:
  const std::vector<std::string>& paths_;
};

HMMIO open_ring(const std::string& path, DWORD flags, std::string& error) {
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc_utf8;
  std::string name = path;
  const HMMIO handle = mmioOpen(name.data(), &info, flags);
  if (handle == nullptr) error = mmio_error_text(info.wErrorRet);
  return handle;
}

}  // namespace

OpenedSubject open_ring_subject(const SubjectRequest& request) {
  std::string error;
  const PathOptions options(request, error);
  if (!error.empty()) return {nullptr, error};
  std::vector<HMMIO> handles = open_mmio_handles(request, error, open_ring);
  if (!error.empty()) return {nullptr, error};
  return {std::make_unique<RingSubject>(request, std::move(handles)), {}};
}

OpenedSubject open_subject(const SubjectRequest& request) {
  switch (request.measured.procedure) {
    case Procedure::raw:
      return open_raw_subject(request);
    case Procedure::dos:
      return open_dos_subject(request);
    default:
      return open_ring_subject(request);
  }
}

}  // namespace ringproc::tool::measure
