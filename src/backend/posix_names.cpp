// Names of files on POSIX systems, and what stands under them: states, directories and their syncs,
// renaming, removing, temporary ones.
#include "backend/posix_names.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <new>
#include <string_view>

namespace ringproc::core {
namespace {

std::uint64_t nanoseconds(const struct statx_timestamp& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + time.tv_nsec;
}

std::uint64_t device_of(const struct statx& now) {
  return (static_cast<std::uint64_t>(now.stx_dev_major) << 32) | now.stx_dev_minor;
}

}  // namespace

FileState state_of(int fd, const char* path, int flags, std::error_code& error) noexcept {
  struct statx now {};
  if (::statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &now) < 0) {
    error = os_error(errno);
    return {};
  }
  error = {};
  return {{device_of(now), now.stx_ino},
          now.stx_size,
          now.stx_mask & STATX_BTIME ? nanoseconds(now.stx_btime) : 0,
          nanoseconds(now.stx_mtime),
          nanoseconds(now.stx_ctime)};
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::error_code sync_directory(const std::string& directory) {
  int fd = -1;
  do {
    fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  // A directory that may not be read, or is gone from its name, cannot be synced: no I/O error, but
  // no promise either.
  if (fd < 0 && (errno == EACCES || errno == ENOENT || errno == ENOTDIR)) {
    return std::make_error_code(std::errc::not_supported);
  }
  if (fd < 0) return os_error(errno);
  int result = 0;
  do {
    result = ::fsync(fd);
  } while (result < 0 && errno == EINTR);
  const int error = result < 0 ? errno : 0;
  static_cast<void>(::close(fd));  // read-only: has nothing to report
  // EINVAL: this kind of file system has no directory sync.
  if (error == EINVAL) return std::make_error_code(std::errc::not_supported);
  return error ? os_error(error) : std::error_code{};
}

std::error_code rename_file(const std::string& from, const std::string& to) noexcept {
  // Another file of that name is never replaced, as with the built-in procedure. A file system
  // without this flag gets a look first.
  struct stat now {};
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) < 0) {
    if (errno != EINVAL && errno != ENOSYS) return os_error(errno);
    if (::lstat(to.c_str(), &now) == 0) return os_error(EEXIST);
    if (::rename(from.c_str(), to.c_str()) < 0) return os_error(errno);
  }
  return {};
}

std::error_code sync_names(const std::string& from, const std::string& to) noexcept {
  try {
    const std::string old_directory = directory_of(from);
    const std::string new_directory = directory_of(to);
    std::error_code error = sync_directory(new_directory);
    if ((!error || error == std::errc::not_supported) && old_directory != new_directory) {
      error = sync_directory(old_directory);
    }
    return error == std::errc::not_supported ? std::error_code{} : error;
  } catch (const std::bad_alloc&) {
    return std::make_error_code(std::errc::not_enough_memory);
  }
}

FileId file_id(const std::string& path, std::error_code& error) noexcept {
  return file_state(path, error).id;
}

FileState file_state(const std::string& path, std::error_code& error) noexcept {
  return state_of(AT_FDCWD, path.c_str(), 0, error);
}

std::error_code remove_file(const std::string& path) noexcept {
  return ::unlink(path.c_str()) < 0 ? os_error(errno) : std::error_code{};
}

std::string create_temporary(const std::string& like, std::error_code& error) {
  constexpr std::string_view kSuffix = ".tmp";
  const auto slash = like.rfind('/');
  const std::string last = slash == std::string::npos ? like : like.substr(slash + 1);
  const char* const set = ::getenv("TMPDIR");
  const std::string directory = slash != std::string::npos ? like.substr(0, slash)
                                : set && *set              ? set
                                                           : "/tmp";
  std::string name = directory + "/" + last.substr(0, 3) + "XXXXXX";
  name += kSuffix;
  const int fd = ::mkostemps(name.data(), static_cast<int>(kSuffix.size()), O_CLOEXEC);
  if (fd < 0) {
    error = os_error(errno);
    return {};
  }
  static_cast<void>(::close(fd));  // new and empty: nothing to report
  error = {};
  return name;
}

bool is_absolute_path(const std::string& path) noexcept { return path.starts_with('/'); }

std::string absolute_path(const std::string& path, std::error_code& error) {
  error = {};
  if (is_absolute_path(path)) return path;
  std::array<char, PATH_MAX> current;
  if (!::getcwd(current.data(), current.size())) {
    error = os_error(errno);
    return path;
  }
  return std::string(current.data()) + "/" + path;
}

std::string from_program(const char* name) { return name; }

std::string to_program(const std::string& path) { return path; }

bool parent_is_missing(const std::string& path) noexcept {
  struct stat now {};
  return ::stat(directory_of(path).c_str(), &now) < 0 && errno == ENOENT;
}

}  // namespace ringproc::core
