#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "watched_file.hpp"

namespace ringproc::tool::os {
namespace {

constexpr blkcnt_t kBlockBytes = 512;  // of st_blocks, whatever the file system's are

// These handles keep an inode alive and reach nothing else.
int open_path(const char* path, int flags) { return open(path, O_PATH | O_CLOEXEC | flags); }

bool has_no_name(Waitable handle) {
  struct stat status {};
  return fstat(static_cast<int>(handle), &status) == 0 && status.st_nlink == 0;
}

void close_path(Waitable handle) {
  if (handle != kNothing) static_cast<void>(close(static_cast<int>(handle)));  // nothing to lose
}

}  // namespace

WatchedFile::WatchedFile(const std::string& path) : path_(path) {
  std::error_code error;
  const auto place =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  if (!error) directory_ = open_path(place.parent_path().c_str(), O_DIRECTORY);
}

WatchedFile::~WatchedFile() {
  close_path(directory_);
  close_path(file_);
}

void WatchedFile::follow() {
  file_ = open_path(path_.c_str(), 0);
  missing_ = file_ == kNothing && errno == ENOENT;
}

bool WatchedFile::is_deleted() const {
  if (file_ != kNothing) return has_no_name(file_);
  return missing_ || (directory_ != kNothing && has_no_name(directory_));
}

std::uint64_t WatchedFile::reserved_bytes() const {
  struct stat status {};
  if (file_ == kNothing || fstat(static_cast<int>(file_), &status) != 0) return 0;
  const off_t taken = status.st_blocks * kBlockBytes;
  return taken > status.st_size ? static_cast<std::uint64_t>(taken - status.st_size) : 0;
}

}  // namespace ringproc::tool::os
