#include <windows.h>

#include <algorithm>
#include <utility>

#include "measure/raw_file.hpp"
#include "os/names_win32.hpp"

namespace ringproc::tool::measure {
namespace {

std::error_code error_here() noexcept {
  return {static_cast<int>(GetLastError()), std::system_category()};
}

HANDLE handle(os::Waitable file) { return reinterpret_cast<HANDLE>(file); }

}  // namespace

RawFile::RawFile(RawFile&& other) noexcept : file_(std::exchange(other.file_, os::kNothing)) {}

RawFile& RawFile::operator=(RawFile&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

RawFile::~RawFile() { static_cast<void>(close()); }  // who wants to know calls close()

RawFile RawFile::open(const std::string& path, bool create, bool direct, std::error_code& error) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  RawFile file;
  const HANDLE opened =
      CreateFileW(core::os::file_name(path).c_str(), GENERIC_READ | GENERIC_WRITE, kShareAll,
                  nullptr, create ? CREATE_NEW : OPEN_EXISTING,
                  FILE_ATTRIBUTE_NORMAL | (direct ? FILE_FLAG_NO_BUFFERING : 0), nullptr);
  error = opened == INVALID_HANDLE_VALUE ? error_here() : std::error_code();
  if (!error) file.file_ = reinterpret_cast<os::Waitable>(opened);
  return file;
}

std::error_code RawFile::write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept {
  constexpr std::size_t kMost = 1U << 30;
  while (!data.empty()) {
    OVERLAPPED at{};
    at.Offset = static_cast<DWORD>(offset & 0xFFFFFFFFU);
    at.OffsetHigh = static_cast<DWORD>(offset >> 32);
    DWORD done = 0;
    if (!WriteFile(handle(file_), data.data(),
                   static_cast<DWORD>(std::min<std::size_t>(data.size(), kMost)), &done, &at)) {
      return error_here();
    }
    if (done == 0) return std::make_error_code(std::errc::io_error);
    data = data.subspan(done);
    offset += done;
  }
  return {};
}

std::error_code RawFile::sync() noexcept {
  return FlushFileBuffers(handle(file_)) ? std::error_code() : error_here();
}

std::error_code RawFile::close() noexcept {
  if (file_ == os::kNothing) return {};
  const HANDLE closing = handle(std::exchange(file_, os::kNothing));
  return CloseHandle(closing) ? std::error_code() : error_here();
}

}  // namespace ringproc::tool::measure
