// A file opened through the mmio functions, by our procedure or by the built-in 'DOS ' one, without
// a buffer of the API's. Errors are exceptions: nothing that is measured may fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "ringproc/install.h"
#include "ringproc/mmio.h"
#include "ringproc/procedure.h"
#include "ringproc/ringproc.h"

namespace bench {

enum class By { ring, dos };

class MmioFile {
 public:
  MmioFile(std::string path, By by, DWORD flags = MMIO_CREATE | MMIO_WRITE) {
    MMIOINFO info{};
    if (by == By::ring) {
      info.pIOProc = ringproc_ioproc;
    } else {
      info.fccIOProc = FOURCC_DOS;
    }
    handle_ = mmioOpen(path.data(), &info, flags);
    if (handle_ == nullptr) throw std::runtime_error("mmioOpen of " + path + " failed");
  }
  MmioFile(const MmioFile&) = delete;
  MmioFile& operator=(const MmioFile&) = delete;
  ~MmioFile() {
    if (handle_ != nullptr) static_cast<void>(mmioClose(handle_, 0));  // an exception goes on
  }

  // Returns: whether all of it was taken.
  [[nodiscard]] bool try_write(std::span<const std::byte> data) noexcept {
    const auto size = static_cast<LONG>(data.size());
    return mmioWrite(handle_, reinterpret_cast<const char*>(data.data()), size) == size;
  }
  void write(std::span<const std::byte> data) {
    if (!try_write(data)) throw std::runtime_error("mmioWrite failed");
  }
  [[nodiscard]] ringproc_stats stats() const {
    ringproc_stats stats{};
    stats.size = sizeof stats;
    if (ringproc_mmio_stats(handle_, &stats) != 0) throw std::runtime_error("no statistics");
    return stats;
  }
  [[nodiscard]] int descriptor() const {
    MMIOINFO info{};
    if (mmioGetInfo(handle_, &info, 0) != 0) throw std::runtime_error("mmioGetInfo failed");
    return static_cast<int>(info.adwInfo[0]);
  }
  void close() {
    const HMMIO handle = handle_;
    handle_ = nullptr;
    if (mmioClose(handle, 0) != 0) throw std::runtime_error("mmioClose failed");
  }

 private:
  HMMIO handle_ = nullptr;
};

}  // namespace bench
