// Files on POSIX systems: opening, positional calls, fdatasync.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/posix_names.hpp"
#include "backend/posix_share.hpp"
#include "base/error.hpp"
#include "probe/probe.hpp"

namespace ringproc::core {
namespace {

IoResult write_parts(int fd, std::span<const std::span<const std::byte>> parts,
                     std::uint64_t offset) noexcept {
  std::array<iovec, 16> vectors;
  const std::size_t count = std::min(parts.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<std::byte*>(parts[i].data()), parts[i].size()};
  }
  ssize_t n = 0;
  do {
    n = ::pwritev(fd, vectors.data(), static_cast<int>(count), static_cast<off_t>(offset));
  } while (n < 0 && errno == EINTR);
  if (n > 0 && probe::mutant(probe::Mutant::ignore_short_write)) {
    n = 0;
    for (std::size_t i = 0; i < count; ++i) n += static_cast<ssize_t>(parts[i].size());
  }
  return n < 0 ? IoResult{0, os_error(errno)} : IoResult{static_cast<std::size_t>(n), {}};
}

// Those of which it is known that this kernel tells the time, not a server or a daemon.
bool is_on_local_file_system(int fd) noexcept {
  constexpr std::array<std::uint32_t, 5> kLocal{0xef53,       // ext2, ext3, ext4
                                                0x58465342,   // XFS
                                                0x9123683e,   // btrfs
                                                0xf2f52010,   // F2FS
                                                0x01021994};  // tmpfs
  struct statfs there {};
  return ::fstatfs(fd, &there) == 0 &&
         std::find(kLocal.begin(), kLocal.end(), static_cast<std::uint32_t>(there.f_type)) !=
             kLocal.end();
}

class PosixFile final : public Backend {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { static_cast<void>(close()); }

  IoResult write_at(std::span<const std::span<const std::byte>> parts,
                    std::uint64_t offset) noexcept override {
    return write_parts(fd_, parts, offset);
  }

  // Through an open description of its own: O_DIRECT on the shared one would bind everybody's reads
  // and small writes to whole blocks.
  IoResult write_direct_at(std::span<const std::span<const std::byte>> parts,
                           std::uint64_t offset) noexcept override {
    if (auto error = prepare_direct()) return {0, error};
    const IoResult result = write_parts(direct_fd_, parts, offset);
    // A device with larger blocks, or a file system that says so only now.
    if (result.error != std::errc::invalid_argument) return result;
    refuse_direct();
    return {0, std::make_error_code(std::errc::not_supported)};
  }

  std::error_code prepare_direct() noexcept override {
    if (direct_fd_ >= 0) return {};
    if (direct_refused_.load()) return std::make_error_code(std::errc::not_supported);
    // By descriptor, not by name: it may have been renamed, or have none.
    std::array<char, 32> self{};
    std::snprintf(self.data(), self.size(), "/proc/self/fd/%d", fd_);
    do {
      direct_fd_ = ::open(self.data(), O_WRONLY | O_DIRECT | O_CLOEXEC | O_NONBLOCK);
    } while (direct_fd_ < 0 && errno == EINTR);
    if (direct_fd_ >= 0) return {};
    refuse_direct();
    return std::make_error_code(std::errc::not_supported);
  }
  bool can_write_direct() const noexcept override { return !direct_refused_.load(); }

  std::error_code reserve(std::uint64_t from, std::uint64_t to) noexcept override {
    // Not the last of the room: others need some, and a refused write frees nothing here.
    struct statvfs room {};
    if (::fstatvfs(fd_, &room) < 0) return os_error(errno);
    constexpr std::uint64_t kLeaveToOthers = 8;
    if (std::uint64_t{room.f_bavail} * room.f_frsize / kLeaveToOthers < to - from) {
      return os_error(ENOSPC);
    }
    int result = 0;
    do {
      result = ::fallocate(fd_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                           static_cast<off_t>(to - from));
    } while (result < 0 && errno == EINTR);
    return result < 0 ? os_error(errno) : std::error_code{};
  }
  bool is_sole_writer() const noexcept override { return !others_write(fd_); }

  IoResult read_at(std::span<std::byte> to, std::uint64_t offset) noexcept override {
    std::size_t done = 0;
    while (done < to.size()) {
      const ssize_t n =
          ::pread(fd_, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
      if (n == 0) break;
      if (n > 0) {
        done += static_cast<std::size_t>(n);
      } else if (errno != EINTR) {
        return {done, os_error(errno)};
      }
    }
    return {done, {}};
  }

  std::error_code sync() noexcept override {
    // EINTR gives no verdict, so asking again is no second try. Any other error is final.
    int result = 0;
    do {
      result = ::fdatasync(fd_);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? os_error(errno) : std::error_code{};
  }

  std::error_code sync_name() noexcept override {
    try {
      std::vector<std::string> directories;
      {
        const std::lock_guard lock(m_);
        if (path_.empty()) return std::make_error_code(std::errc::not_supported);
        std::string first = directory_of(path_);
        directories = std::move(other_directories_);
        other_directories_.clear();
        directories.insert(directories.begin(), std::move(first));
      }
      for (const std::string& directory : directories) {
        if (auto error = sync_directory(directory)) return error;
      }
      return {};
    } catch (const std::bad_alloc&) {
      return std::make_error_code(std::errc::not_enough_memory);
    }
  }

  std::error_code truncate(std::uint64_t size) noexcept override {
    struct stat now {};
    // Nothing to cut. Cutting a new file all the same would have ext4 write it out when it is
    // closed (auto_da_alloc).
    if (size == 0 && ::fstat(fd_, &now) == 0 && now.st_size == 0 && now.st_blocks == 0) return {};
    int result = 0;
    do {
      result = ::ftruncate(fd_, static_cast<off_t>(size));
    } while (result < 0 && errno == EINTR);
    return result < 0 ? os_error(errno) : std::error_code{};
  }

  FileState state(std::error_code& error) noexcept override {
    return state_of(fd_, "", AT_EMPTY_PATH, error);
  }
  std::uint64_t size(std::error_code& error) noexcept override {
    struct statx now {};
    const bool told = ::statx(fd_, "", AT_EMPTY_PATH, STATX_SIZE, &now) == 0;
    error = told ? std::error_code{} : os_error(errno);
    return now.stx_size;
  }
  bool has_local_times() noexcept override {
    if (!local_times_) local_times_ = is_on_local_file_system(fd_);
    return *local_times_;
  }
  FileState known_state(std::error_code& error) noexcept override {
    return state_of(fd_, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, error);
  }

  void set_path(std::string path) override {
    const std::lock_guard lock(m_);
    path_ = std::move(path);
  }
  void also_named(const std::string& path) override {
    if (path.empty()) return;
    std::string directory = directory_of(path);
    const std::lock_guard lock(m_);
    const bool known = directory == directory_of(path_) ||
                       std::find(other_directories_.begin(), other_directories_.end(), directory) !=
                           other_directories_.end();
    if (!known) other_directories_.push_back(std::move(directory));
  }
  std::string path() const override {
    const std::lock_guard lock(m_);
    return path_;
  }

  std::string findable_path() const override {
    if (std::string path = this->path(); !path.empty()) return path;
    std::array<char, PATH_MAX> name;
    const std::string link = "/proc/self/fd/" + std::to_string(fd_);
    const ssize_t n = ::readlink(link.c_str(), name.data(), name.size());
    struct stat here {};
    struct stat there {};
    std::string path = n > 0 ? std::string(name.data(), static_cast<std::size_t>(n)) : "";
    const bool found = !path.empty() && ::fstat(fd_, &here) == 0 &&
                       ::stat(path.c_str(), &there) == 0 && here.st_dev == there.st_dev &&
                       here.st_ino == there.st_ino;
    return found ? path : std::string();
  }

  std::error_code share(const OpenRequest& all) noexcept override {
    const ShareMode wanted{all.read, all.write, all.deny_read, all.deny_write};
    const ShareResult result = acquire_share(fd_, wanted, held_);
    locks_ = result.locks_work;
    if (result.error) {
      return result.error == std::errc::device_or_resource_busy ? make_error_code(Errc::sharing)
                                                                : result.error;
    }
    reduce_share(fd_, wanted, held_);
    held_ = wanted;
    return {};
  }
  void abandon() noexcept override {
    held_ = {};
    const int fd = std::exchange(fd_, -1);
    if (fd >= 0) static_cast<void>(::close(fd));  // errors are the parent's to hear
    close_direct();
  }
  bool locks() const noexcept override { return locks_; }
  std::intptr_t native() const noexcept override { return fd_; }

  void release(std::uint64_t position) noexcept override {
    give_up_share();
    close_direct();
    seek_native(fd_, position);
    fd_ = -1;
  }

  std::error_code close() noexcept override {
    give_up_share();
    close_direct();
    const int fd = std::exchange(fd_, -1);
    // close() is never repeated: after EINTR the descriptor is gone on Linux.
    if (fd < 0 || ::close(fd) == 0 || errno == EINTR) return {};
    return os_error(errno);
  }

 private:
  // Claims belong to the open description, which a duplicate or a forked child may keep alive.
  void give_up_share() noexcept {
    if (fd_ >= 0 && (held_.read || held_.write || held_.deny_read || held_.deny_write)) {
      release_share(fd_);
    }
    held_ = {};
  }

  void refuse_direct() noexcept {
    direct_refused_.store(true);
    close_direct();
  }
  // Nothing to report: a write past the page cache has told its errors itself.
  void close_direct() noexcept {
    if (const int fd = std::exchange(direct_fd_, -1); fd >= 0) static_cast<void>(::close(fd));
  }

  int fd_;
  int direct_fd_ = -1;               // the writer's: opened at the first direct write
  std::optional<bool> local_times_;  // the writer's
  std::atomic<bool> direct_refused_{false};
  mutable std::mutex m_;
  std::string path_;  // guarded by m_
  // Guarded by m_: of other paths by which it was opened since the last sync_name().
  std::vector<std::string> other_directories_;
  ShareMode held_;  // changed under the table's mutex only
  std::atomic<bool> locks_{false};
};

std::error_code check_regular(int fd) {
  struct stat now {};
  if (::fstat(fd, &now) < 0) return os_error(errno);
  if (S_ISDIR(now.st_mode)) return os_error(EISDIR);
  return S_ISREG(now.st_mode) ? std::error_code{} : make_error_code(Errc::not_a_file);
}

// Owns fd in any case, also when memory runs out.
std::unique_ptr<Backend> make_file(int fd, std::string&& path, std::error_code& error) noexcept {
  error = check_regular(fd);
  std::unique_ptr<Backend> file;
  if (!error) file.reset(new (std::nothrow) PosixFile(fd, std::move(path)));
  if (file) return file;
  if (!error) error = std::make_error_code(std::errc::not_enough_memory);
  static_cast<void>(::close(fd));  // the error that matters is told
  return nullptr;
}

}  // namespace

std::unique_ptr<Backend> open_file(const std::string& path, const OpenRequest& request,
                                   std::error_code& error) {
  std::string own_path = path;  // memory first, the descriptor second
  // Non-blocking: opening a FIFO must not hang; it means nothing to regular files.
  const int common = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (request.create ? O_CREAT : 0);
  const auto open_as = [&](int access) {
    int fd = -1;
    do {
      fd = ::open(path.c_str(), access | common, 0666);
    } while (fd < 0 && errno == EINTR);
    return fd;
  };
  int fd = open_as(request.write ? O_RDWR : O_RDONLY);
  // A file that may be written but not read: handles that do not read are still served.
  if (fd < 0 && errno == EACCES && request.write && !request.read) fd = open_as(O_WRONLY);
  if (fd < 0) {
    error = os_error(errno);
    return nullptr;
  }
  return make_file(fd, std::move(own_path), error);
}

std::unique_ptr<Backend> adopt_file(std::intptr_t native, const OpenRequest& request,
                                    std::uint64_t* position, std::error_code& error) {
  const int flags = ::fcntl(static_cast<int>(native), F_GETFL);
  if (flags < 0) {
    error = os_error(errno);
    return nullptr;
  }
  const int access = flags & O_ACCMODE;
  if ((flags & O_APPEND) || (request.write && access == O_RDONLY) ||
      (request.read && !request.write && access == O_WRONLY)) {
    error = flags & O_APPEND ? Errc::not_a_file : Errc::access;
    return nullptr;
  }
  const off_t at = ::lseek(static_cast<int>(native), 0, SEEK_CUR);
  if (at < 0) {
    error = Errc::not_a_file;
    return nullptr;
  }
  *position = static_cast<std::uint64_t>(at);
  const int fd = ::fcntl(static_cast<int>(native), F_DUPFD_CLOEXEC, 3);
  if (fd < 0) {
    error = os_error(errno);
    return nullptr;
  }
  return make_file(fd, {}, error);
}

std::error_code close_native(std::intptr_t native) noexcept {
  if (::close(static_cast<int>(native)) == 0 || errno == EINTR) return {};
  return os_error(errno);
}

void seek_native(std::intptr_t native, std::uint64_t position) noexcept {
  // Only a convenience for whoever goes on with the handle; a handle that cannot seek was refused
  // at open.
  static_cast<void>(::lseek(static_cast<int>(native), static_cast<off_t>(position), SEEK_SET));
}

std::unique_ptr<Backend> create_file(const std::string& path, std::error_code& error) {
  std::string own_path = path;
  const int fd =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd < 0) {
    error = os_error(errno);
    return nullptr;
  }
  return make_file(fd, std::move(own_path), error);
}

}  // namespace ringproc::core
