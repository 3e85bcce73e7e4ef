#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "measure/raw_file.hpp"

namespace ringproc::tool::measure {
namespace {

std::error_code error_here() noexcept { return {errno, std::generic_category()}; }

}  // namespace

RawFile::RawFile(RawFile&& other) noexcept : file_(std::exchange(other.file_, os::kNothing)) {}

RawFile& RawFile::operator=(RawFile&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

RawFile::~RawFile() { static_cast<void>(close()); }  // who wants to know calls close()

RawFile RawFile::open(const std::string& path, bool create, bool direct, std::error_code& error) {
  RawFile file;
  const int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0) | (direct ? O_DIRECT : 0);
  file.file_ = ::open(path.c_str(), flags, 0600);
  error = file.file_ < 0 ? error_here() : std::error_code();
  return file;
}

std::error_code RawFile::write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept {
  while (!data.empty()) {
    const ssize_t done =
        ::pwrite(static_cast<int>(file_), data.data(), data.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? error_here() : std::make_error_code(std::errc::io_error);
    data = data.subspan(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

std::error_code RawFile::sync() noexcept {
  while (::fdatasync(static_cast<int>(file_)) != 0) {
    if (errno != EINTR) return error_here();
  }
  return {};
}

std::error_code RawFile::close() noexcept {
  if (file_ < 0) return {};
  const int file = static_cast<int>(std::exchange(file_, os::kNothing));
  return ::close(file) == 0 ? std::error_code() : error_here();
}

}  // namespace ringproc::tool::measure
