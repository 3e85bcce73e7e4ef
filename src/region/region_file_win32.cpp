// The owner's life is told by a lock on one byte far beyond the end, which the system gives up when
// the process ends; who has it stands in the region (Identity::holder), because locks here do not
// tell.
#include <windows.h>
#include <winioctl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>

#include "base/windows_error.hpp"
#include "os/handle_win32.hpp"
#include "probe/probe.hpp"
#include "region/layout.hpp"
#include "region/region_file.hpp"

namespace ringproc::core {
namespace {

constexpr std::uint64_t kLockedByte = std::uint64_t{1} << 62;
constexpr std::uint64_t kHolder = offsetof(RegionHeader, identity) + offsetof(Identity, holder);

OVERLAPPED at(std::uint64_t offset) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(offset);
  where.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return where;
}

bool try_lock(HANDLE file, DWORD& error) noexcept {
  OVERLAPPED where = at(kLockedByte);
  const bool locked =
      ::LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &where) != 0;
  error = locked ? ERROR_SUCCESS : ::GetLastError();
  return locked;
}

bool is_held(DWORD error) { return error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING; }

// Who has the lock, by what stands in the region; 0 if that is nobody that lives.
std::uint32_t living_holder(const RegionFile& file) noexcept {
  std::uint32_t process = 0;
  const std::size_t read = file.read_at(std::as_writable_bytes(std::span(&process, 1)), kHolder);
  return read == sizeof process && process != 0 && os::process_lives(process) ? process : 0;
}

}  // namespace

RegionFile::RegionFile(RegionFile&& other) noexcept
    : handle_(std::exchange(other.handle_, os::kNoHandle)) {}

RegionFile& RegionFile::operator=(RegionFile&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

RegionFile::~RegionFile() {
  if (*this) ::CloseHandle(os::handle_of(handle_));
}

std::uint32_t RegionFile::lock(std::error_code& error) const noexcept {
  error = {};
  for (;;) {
    DWORD why = 0;
    if (try_lock(os::handle_of(handle_), why)) {
      const std::uint32_t process = os::process_id();
      error = write_at(std::as_bytes(std::span(&process, 1)), kHolder);
      return error ? UINT32_MAX : 0;
    }
    if (!is_held(why)) {
      error = windows_error(why);
      return UINT32_MAX;
    }
    if (const std::uint32_t process = locked_by()) return process;
    // Given up between the two calls: now it can be had.
  }
}

// Who takes the lock writes its number a moment later, and who only looks has it for a moment: a
// dead one's number is not believed at once.
std::uint32_t RegionFile::locked_by() const noexcept {
  constexpr auto kLongestWait = std::chrono::milliseconds(200);
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  for (;;) {
    DWORD why = 0;
    if (try_lock(os::handle_of(handle_), why)) {
      OVERLAPPED where = at(kLockedByte);
      ::UnlockFileEx(os::handle_of(handle_), 0, 1, 0, &where);
      return 0;
    }
    if (!is_held(why)) return UINT32_MAX;
    if (const std::uint32_t process = living_holder(*this)) return process;
    if (std::chrono::steady_clock::now() >= deadline) return UINT32_MAX;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

RegionFile::Facts RegionFile::facts() const noexcept {
  FILE_STANDARD_INFO now{};
  if (!::GetFileInformationByHandleEx(os::handle_of(handle_), FileStandardInfo, &now, sizeof now)) {
    return {};
  }
  // Owners have no numbers here; the directory has been checked to be this user's.
  FILE_ATTRIBUTE_TAG_INFO kind{};
  const bool sparse = ::GetFileInformationByHandleEx(os::handle_of(handle_), FileAttributeTagInfo,
                                                     &kind, sizeof kind) &&
                      (kind.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE) != 0;
  // What the cache has of a sparse file may not have been counted yet.
  const LARGE_INTEGER held = sparse ? now.EndOfFile : now.AllocationSize;
  return {static_cast<std::uint64_t>(now.EndOfFile.QuadPart),
          static_cast<std::uint64_t>(held.QuadPart), 0, !now.Directory,
          now.NumberOfLinks > 0 && !now.DeletePending};
}

std::error_code RegionFile::resize(std::uint64_t size) const noexcept {
  // A range larger than any default ring is mostly addresses (memory_limit): sparse, where the file
  // system knows that.
  constexpr std::uint64_t kMostlyAddresses = 32 * 1024 * 1024;
  DWORD none = 0;
  if (size > kMostlyAddresses) {
    ::DeviceIoControl(os::handle_of(handle_), FSCTL_SET_SPARSE, nullptr, 0, nullptr, 0, &none,
                      nullptr);
  }
  FILE_END_OF_FILE_INFO end{};
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
  return ::SetFileInformationByHandle(os::handle_of(handle_), FileEndOfFileInfo, &end, sizeof end)
             ? std::error_code{}
             : last_windows_error();
}

std::size_t RegionFile::read_at(std::span<std::byte> to, std::uint64_t offset) const noexcept {
  std::size_t total = 0;
  while (total < to.size()) {
    OVERLAPPED where = at(offset + total);
    DWORD done = 0;
    const auto size = static_cast<DWORD>(std::min<std::size_t>(to.size() - total, 1u << 30));
    if (!::ReadFile(os::handle_of(handle_), to.data() + total, size, &done, &where) || done == 0)
      break;
    total += done;
  }
  return total;
}

std::error_code RegionFile::write_at(std::span<const std::byte> data,
                                     std::uint64_t offset) const noexcept {
  OVERLAPPED where = at(offset);
  DWORD done = 0;
  if (!::WriteFile(os::handle_of(handle_), data.data(), static_cast<DWORD>(data.size()), &done,
                   &where)) {
    return last_windows_error();
  }
  if (done != data.size()) return std::make_error_code(std::errc::io_error);
  probe::stored();
  return {};
}

}  // namespace ringproc::core
