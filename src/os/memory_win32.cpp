// Memory of the process: reserving, populating, and how much of it there is.
#include <windows.h>
#include <winioctl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/windows_error.hpp"
#include "os/handle_win32.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"

namespace ringproc::core::os {
namespace {

// Maps the pages, by reading one byte of each: a page that has no memory yet gets it.
void touch(const std::byte* from, const std::byte* to) noexcept {
  const std::size_t page = page_size();
  for (const std::byte* at = from; at < to; at += page) {
    static_cast<void>(*static_cast<const volatile std::byte*>(at));
  }
}

}  // namespace

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      file_(std::exchange(other.file_, kNoHandle)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(file_, other.file_);
  return *this;
}

Memory::~Memory() {
  if (!data_) return;
  if (file_ != kNoHandle) {
    ::UnmapViewOfFile(data_);
  } else {
    ::VirtualFree(data_, 0, MEM_RELEASE);
  }
}

Memory Memory::reserve(std::size_t bytes, std::error_code& error) noexcept {
  return map(kNoHandle, bytes, error);
}

Memory Memory::share(NativeHandle file, std::size_t bytes, std::error_code& error) noexcept {
  return map(file, bytes, error);
}

Memory Memory::map(NativeHandle file, std::size_t bytes, std::error_code& error) noexcept {
  Memory memory;
  void* at = nullptr;
  if (file == kNoHandle) {
    // Addresses only: what is committed counts against the page file.
    at = ::VirtualAlloc(nullptr, bytes, MEM_RESERVE, PAGE_READWRITE);
  } else {
    const auto size = static_cast<std::uint64_t>(bytes);
    const HANDLE mapping =
        ::CreateFileMappingW(handle_of(file), nullptr, PAGE_READWRITE,
                             static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), nullptr);
    if (mapping) at = ::MapViewOfFile(mapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, bytes);
    error = at ? std::error_code{} : last_windows_error();
    if (mapping) ::CloseHandle(mapping);  // the view keeps it
  }
  if (!at) {
    if (file == kNoHandle) error = last_windows_error();
    return memory;
  }
  error = {};
  memory.data_ = static_cast<std::byte*>(at);
  memory.size_ = bytes;
  memory.file_ = file;
  return memory;
}

std::error_code Memory::populate(std::size_t from, std::size_t to) noexcept {
  if (auto error = reserve_pages(from, to)) return error;
  touch(data_ + from, data_ + to);
  return {};
}

void Memory::map_pages(std::size_t from, std::size_t to) noexcept {
  touch(data_ + from, data_ + to);
}

// Private pages are committed: they count against the page file from now on, and come on first
// touch. Zeros go through the file, not through the view: a file system without room answers the
// call with an error, where a store would end the process.
std::error_code Memory::reserve_pages(std::size_t from, std::size_t to) noexcept {
  static constexpr std::array<std::byte, 65536> kZeros{};
  const bool reserve = !probe::mutant(probe::Mutant::reserve_nothing_ahead);
  if (file_ == kNoHandle) {
    return ::VirtualAlloc(data_ + from, to - from, MEM_COMMIT, PAGE_READWRITE)
               ? std::error_code{}
               : last_windows_error();
  }
  for (std::size_t at = from; reserve && at < to;) {
    OVERLAPPED where{};
    where.Offset = static_cast<DWORD>(at);
    where.OffsetHigh = static_cast<DWORD>(static_cast<std::uint64_t>(at) >> 32);
    DWORD done = 0;
    if (!::WriteFile(handle_of(file_), kZeros.data(),
                     static_cast<DWORD>(std::min(kZeros.size(), to - at)), &done, &where)) {
      return last_windows_error();
    }
    if (done == 0) return windows_error(ERROR_DISK_FULL);
    at += done;
  }
  return {};
}

bool Memory::give_back(std::size_t from, std::size_t to) noexcept {
  if (file_ == kNoHandle) return ::VirtualFree(data_ + from, to - from, MEM_DECOMMIT);
  // Pages that nobody has locked leave the working set, which the call reports as an error.
  ::VirtualUnlock(data_ + from, to - from);
  FILE_ATTRIBUTE_TAG_INFO now{};
  const HANDLE file = handle_of(file_);
  if (!::GetFileInformationByHandleEx(file, FileAttributeTagInfo, &now, sizeof now)) return false;
  // Zeroing gives space back in a sparse file only; in another one it would write.
  if (!(now.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE)) return false;
  FILE_ZERO_DATA_INFORMATION part{};
  part.FileOffset.QuadPart = static_cast<LONGLONG>(from);
  part.BeyondFinalZero.QuadPart = static_cast<LONGLONG>(to);
  DWORD none = 0;
  return ::DeviceIoControl(file, FSCTL_SET_ZERO_DATA, &part, sizeof part, nullptr, 0, &none,
                           nullptr);
}

std::size_t page_size() noexcept {
  static const std::size_t size = [] {
    SYSTEM_INFO info{};
    ::GetSystemInfo(&info);
    return std::size_t{info.dwPageSize};
  }();
  return size;
}

std::size_t huge_page_size() noexcept { return page_size(); }

std::uint64_t available_memory() noexcept {
  MEMORYSTATUSEX now{};
  now.dwLength = sizeof now;
  if (!::GlobalMemoryStatusEx(&now)) return UINT64_MAX;
  return std::min({now.ullAvailPhys, now.ullAvailPageFile, now.ullAvailVirtual});
}

}  // namespace ringproc::core::os
