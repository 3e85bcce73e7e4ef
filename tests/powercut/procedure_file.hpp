// A file as the procedure serves it: messages sent as winmm sends them, without a buffer between.
// (mmioSendMessage refuses the messages that the API sends itself, WRITEFLUSH among them.) Not for
// concurrent use.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "ringproc/procedure.h"

namespace powercut {

class ProcedureFile {
 public:
  // flags: MMIO_*. Returns: 0 or the procedure's MMIOERR_*.
  LRESULT open(const std::string& path, DWORD flags) {
    info_ = {};
    info_.dwFlags = flags;
    const LRESULT result = send(MMIOM_OPEN, address(path.c_str()), 0);
    open_ = result == MMSYSERR_NOERROR;
    return result;
  }
  LRESULT close() {
    open_ = false;
    return send(MMIOM_CLOSE, 0, 0);
  }
  [[nodiscard]] bool is_open() const { return open_; }

  LRESULT seek(std::uint32_t offset) {
    return send(MMIOM_SEEK, static_cast<LPARAM>(offset), SEEK_SET);
  }
  LRESULT write(const char* data, std::uint32_t size) {
    return send(MMIOM_WRITE, address(data), size);
  }
  LRESULT write_flush(const char* data, std::uint32_t size) {
    return send(MMIOM_WRITEFLUSH, address(data), size);
  }
  LRESULT read(char* data, std::uint32_t size) { return send(MMIOM_READ, address(data), size); }
  LRESULT flush_message() { return send(RINGPROC_MSG_FLUSH, 0, 0); }

  // All zero if the procedure does not answer.
  ringproc_stats stats() {
    ringproc_stats stats{};
    stats.size = sizeof stats;
    static_cast<void>(send(RINGPROC_MSG_STATS, address(&stats), 0));
    return stats;
  }
  ringproc_failure failure() {
    ringproc_failure failure{};
    failure.size = sizeof failure;
    static_cast<void>(send(RINGPROC_MSG_FAILURE, address(&failure), 0));
    return failure;
  }

  // Of a file that may be open.
  static LRESULT rename(const std::string& from, const std::string& to) {
    return ringproc_ioproc(nullptr, MMIOM_RENAME, address(from.c_str()), address(to.c_str()));
  }

 private:
  static LPARAM address(const void* of) { return reinterpret_cast<LPARAM>(of); }
  LRESULT send(UINT message, LPARAM first, LPARAM second) {
    return ringproc_ioproc(reinterpret_cast<LPSTR>(&info_), message, first, second);
  }

  MMIOINFO info_{};
  bool open_ = false;
};

}  // namespace powercut
