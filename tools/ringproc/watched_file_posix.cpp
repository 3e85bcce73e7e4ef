#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watched_file.hpp"

namespace ringproc::tool::os {
namespace {

constexpr blkcnt_t kBlockBytes = 512;  // of st_blocks, whatever the file system's are

}  // namespace

// This handle keeps the inode alive and reaches nothing else.
WatchedFile::WatchedFile(const std::string& path) : file_(open(path.c_str(), O_PATH | O_CLOEXEC)) {}

WatchedFile::~WatchedFile() {
  if (file_ != kNothing) static_cast<void>(close(static_cast<int>(file_)));  // nothing to lose
}

bool WatchedFile::is_deleted() const {
  struct stat status {};
  return file_ != kNothing && fstat(static_cast<int>(file_), &status) == 0 && status.st_nlink == 0;
}

std::uint64_t WatchedFile::reserved_bytes() const {
  struct stat status {};
  if (file_ == kNothing || fstat(static_cast<int>(file_), &status) != 0) return 0;
  const off_t taken = status.st_blocks * kBlockBytes;
  return taken > status.st_size ? static_cast<std::uint64_t>(taken - status.st_size) : 0;
}

}  // namespace ringproc::tool::os
