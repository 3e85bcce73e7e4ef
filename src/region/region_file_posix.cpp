#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "probe/probe.hpp"
#include "region/region_file.hpp"

namespace ringproc::core {
namespace {

std::error_code os_error(int error) { return {error, std::system_category()}; }

int descriptor(os::NativeHandle handle) { return static_cast<int>(handle); }

struct flock whole_file() {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::uint32_t holder(const struct flock& lock) {
  return lock.l_pid > 0 ? static_cast<std::uint32_t>(lock.l_pid) : UINT32_MAX;
}

}  // namespace

RegionFile::RegionFile(RegionFile&& other) noexcept
    : handle_(std::exchange(other.handle_, os::kNoHandle)) {}

RegionFile& RegionFile::operator=(RegionFile&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

RegionFile::~RegionFile() {
  if (*this)
    static_cast<void>(::close(descriptor(handle_)));  // memory: nothing can be lost by closing
}

std::uint32_t RegionFile::lock(std::error_code& error) const noexcept {
  error = {};
  struct flock lock = whole_file();
  const int kind = probe::mutant(probe::Mutant::lock_survives_in_children) ? F_OFD_SETLK : F_SETLK;
  for (;;) {
    if (::fcntl(descriptor(handle_), kind, &lock) == 0) return 0;
    if (errno == EINTR) continue;
    if (errno != EACCES && errno != EAGAIN) {
      error = os_error(errno);
      return UINT32_MAX;
    }
    if (const std::uint32_t process = locked_by()) return process;
    // Given up between the two calls: now it can be had.
  }
}

std::uint32_t RegionFile::locked_by() const noexcept {
  struct flock lock = whole_file();
  if (::fcntl(descriptor(handle_), F_GETLK, &lock) < 0) return UINT32_MAX;
  return lock.l_type == F_UNLCK ? 0 : holder(lock);
}

RegionFile::Facts RegionFile::facts() const noexcept {
  struct stat now {};
  // Not known is not gone: what is gone is passed over in silence.
  if (::fstat(descriptor(handle_), &now) < 0) return {0, 0, 0, false, true};
  return {static_cast<std::uint64_t>(now.st_size), static_cast<std::uint64_t>(now.st_blocks) * 512,
          now.st_uid, S_ISREG(now.st_mode), now.st_nlink > 0};
}

std::error_code RegionFile::resize(std::uint64_t size) const noexcept {
  // Beyond the process's limit the kernel sends a signal that ends it, before it refuses.
  rlimit most{};
  if (::getrlimit(RLIMIT_FSIZE, &most) == 0 && size > most.rlim_cur) return os_error(EFBIG);
  return ::ftruncate(descriptor(handle_), static_cast<off_t>(size)) < 0 ? os_error(errno)
                                                                        : std::error_code{};
}

std::size_t RegionFile::read_at(std::span<std::byte> to, std::uint64_t offset) const noexcept {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t n = ::pread(descriptor(handle_), to.data() + done, to.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::error_code RegionFile::write_at(std::span<const std::byte> data,
                                     std::uint64_t offset) const noexcept {
  for (;;) {
    const ssize_t n =
        ::pwrite(descriptor(handle_), data.data(), data.size(), static_cast<off_t>(offset));
    if (n == static_cast<ssize_t>(data.size())) break;
    if (n < 0 && errno == EINTR) continue;
    return n < 0 ? os_error(errno) : std::make_error_code(std::errc::io_error);
  }
  probe::stored();
  return {};
}

}  // namespace ringproc::core
