#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/os_file.hpp"

namespace ringproc::test {

namespace {
int descriptor(std::intptr_t handle) { return static_cast<int>(handle); }
}  // namespace

OsFile::OsFile(const std::string& path) : handle_(::open(path.c_str(), O_RDWR)) {
  EXPECT_GE(handle_, 0);
}

std::uint32_t OsFile::number() const { return static_cast<std::uint32_t>(handle_); }

void OsFile::seek(std::uint64_t offset) const {
  EXPECT_EQ(::lseek(descriptor(handle_), static_cast<off_t>(offset), SEEK_SET),
            static_cast<off_t>(offset));
}

std::uint64_t OsFile::position() const {
  return static_cast<std::uint64_t>(::lseek(descriptor(handle_), 0, SEEK_CUR));
}

bool OsFile::is_open() const { return ::fcntl(descriptor(handle_), F_GETFD) >= 0; }

void OsFile::close() { EXPECT_EQ(::close(descriptor(handle_)), 0); }

}  // namespace ringproc::test
