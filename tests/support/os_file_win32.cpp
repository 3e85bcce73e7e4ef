#include <gtest/gtest.h>
#include <windows.h>

#include "support/os_file.hpp"

namespace ringproc::test {

namespace {
HANDLE of(std::intptr_t handle) { return reinterpret_cast<HANDLE>(handle); }
}  // namespace

OsFile::OsFile(const std::string& path)
    : handle_(reinterpret_cast<std::intptr_t>(
          CreateFileA(path.c_str(), GENERIC_READ | GENERIC_WRITE,
                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                      OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr))) {
  EXPECT_NE(of(handle_), INVALID_HANDLE_VALUE) << GetLastError();
}

std::uint32_t OsFile::number() const { return static_cast<std::uint32_t>(handle_); }

void OsFile::seek(std::uint64_t offset) const {
  LARGE_INTEGER distance;
  distance.QuadPart = static_cast<LONGLONG>(offset);
  EXPECT_TRUE(SetFilePointerEx(of(handle_), distance, nullptr, FILE_BEGIN));
}

std::uint64_t OsFile::position() const {
  LARGE_INTEGER at{};
  EXPECT_TRUE(SetFilePointerEx(of(handle_), LARGE_INTEGER{}, &at, FILE_CURRENT));
  return static_cast<std::uint64_t>(at.QuadPart);
}

bool OsFile::is_open() const { return GetFileType(of(handle_)) == FILE_TYPE_DISK; }

void OsFile::close() { EXPECT_TRUE(CloseHandle(of(handle_))); }

}  // namespace ringproc::test
