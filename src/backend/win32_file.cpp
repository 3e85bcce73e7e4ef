// Files of Windows. Share modes are the system's own, held by the handle itself from its opening
// on; a claim that came later is held by one more handle.
#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "base/windows_error.hpp"
#include "os/names_win32.hpp"
#include "os/private_win32.hpp"
#include "os/time_win32.hpp"

namespace ringproc::core {
namespace {

// One call's part: WriteFile and ReadFile count in 32 bits.
constexpr std::size_t kLargestCall = 64 * 1024 * 1024;

HANDLE handle_of(std::intptr_t native) { return reinterpret_cast<HANDLE>(native); }

std::uint64_t join(DWORD high, DWORD low) { return (std::uint64_t{high} << 32) | low; }

OVERLAPPED at(std::uint64_t offset) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(offset);
  where.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return where;
}

// An adopted handle may have been opened for overlapped use: then a call may still be under way
// when it returns. The handle itself is what is signalled, by any call's end, so the state decides.
DWORD finish(HANDLE file, OVERLAPPED& where, BOOL called, DWORD& done) {
  if (called) return ERROR_SUCCESS;
  const DWORD error = ::GetLastError();
  if (error != ERROR_IO_PENDING) return error;
  constexpr DWORD kLookAgainMs = 10;
  while (!HasOverlappedIoCompleted(&where)) ::WaitForSingleObject(file, kLookAgainMs);
  return ::GetOverlappedResult(file, &where, &done, FALSE) ? ERROR_SUCCESS : ::GetLastError();
}

// Renaming a file that is open needs FILE_SHARE_DELETE of everybody who has it open. Who lets
// nobody write lets nobody delete it either.
DWORD share_flags(bool deny_read, bool deny_write) {
  return (deny_read ? 0u : FILE_SHARE_READ) |
         (deny_write ? 0u : FILE_SHARE_WRITE | FILE_SHARE_DELETE);
}

// Wine gives the serial number 0 to file systems that have none, tmpfs for one. Two of them may
// have files of one index, so there the directory counts, too. (FNV-1a; no heap: asked for at every
// write.)
std::uint64_t directory_number(HANDLE file) noexcept {
  std::array<wchar_t, 4096> name;
  const DWORD size = ::GetFinalPathNameByHandleW(file, name.data(), static_cast<DWORD>(name.size()),
                                                 VOLUME_NAME_DOS);
  const std::wstring_view path(name.data(), size < name.size() ? size : 0);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const wchar_t c : path.substr(0, path.rfind(L'\\'))) {
    hash = (hash ^ static_cast<std::uint64_t>(c)) * 0x100000001b3u;
  }
  return hash;
}

// The birth time stays unknown: Windows gives a new file the one of the file whose name it takes.
std::error_code read_times(HANDLE file, FileState& state) noexcept {
  FILE_BASIC_INFO times{};
  if (!::GetFileInformationByHandleEx(file, FileBasicInfo, &times, sizeof times)) {
    return last_windows_error();
  }
  state.modified_ns = os::unix_ns(static_cast<std::uint64_t>(times.LastWriteTime.QuadPart));
  state.changed_ns = os::unix_ns(static_cast<std::uint64_t>(times.ChangeTime.QuadPart));
  return {};
}

// NTFS counts uses of an index within the index, so it names a file for ever.
FileState state_of(HANDLE file, std::error_code& error) {
  FileState state;
  BY_HANDLE_FILE_INFORMATION all{};
  error = ::GetFileInformationByHandle(file, &all) ? read_times(file, state) : last_windows_error();
  if (error) return state;
  state.id = {all.dwVolumeSerialNumber != 0 ? all.dwVolumeSerialNumber : directory_number(file),
              join(all.nFileIndexHigh, all.nFileIndexLow)};
  state.size = join(all.nFileSizeHigh, all.nFileSizeLow);
  return state;
}

class Win32File final : public Backend {
 public:
  Win32File(HANDLE file, const FileId& id, std::string path, const OpenRequest& request) noexcept
      : file_(file), id_(id), path_(std::move(path)), own_{request} {}
  ~Win32File() override { static_cast<void>(Win32File::close()); }

  // Each part is a call of its own. An error after some bytes is told by the next call: once, and
  // before anything is tried again, because a device may forget it.
  IoResult write_at(std::span<const std::span<const std::byte>> parts,
                    std::uint64_t offset) noexcept override {
    std::error_code error = std::exchange(untold_, {});
    std::size_t total = 0;
    for (std::span<const std::byte> part : parts) {
      while (!part.empty() && !error) {
        OVERLAPPED where = at(offset + total);
        DWORD done = 0;
        const auto size = static_cast<DWORD>(std::min(part.size(), kLargestCall));
        const BOOL called = ::WriteFile(file_, part.data(), size, &done, &where);
        const DWORD result = finish(file_, where, called, done);
        if (result != ERROR_SUCCESS) error = windows_error(result);
        if (!error && done == 0) error = windows_error(ERROR_DISK_FULL);
        if (error) break;
        total += done;
        part = part.subspan(done);
      }
    }
    if (total != 0) untold_ = std::exchange(error, {});
    return {total, error};
  }

  IoResult read_at(std::span<std::byte> to, std::uint64_t offset) noexcept override {
    std::size_t total = 0;
    while (total < to.size()) {
      OVERLAPPED where = at(offset + total);
      DWORD done = 0;
      const auto size = static_cast<DWORD>(std::min(to.size() - total, kLargestCall));
      const BOOL called = ::ReadFile(file_, to.data() + total, size, &done, &where);
      const DWORD error = finish(file_, where, called, done);
      if (error == ERROR_HANDLE_EOF) break;
      if (error != ERROR_SUCCESS) return {total, windows_error(error)};
      if (done == 0) break;
      total += done;
    }
    return {total, {}};
  }

  // A failed flush is a failure: a second call would only find that nothing is dirty any more.
  std::error_code sync() noexcept override {
    return ::FlushFileBuffers(file_) ? std::error_code{} : last_windows_error();
  }

  // Windows has no call for a directory entry; NTFS keeps its own journal of them.
  std::error_code sync_name() noexcept override {
    return std::make_error_code(std::errc::not_supported);
  }

  std::error_code truncate(std::uint64_t size) noexcept override {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
    return ::SetFileInformationByHandle(file_, FileEndOfFileInfo, &end, sizeof end)
               ? std::error_code{}
               : last_windows_error();
  }

  // Asked for after every write. Not the identity, which does not change: under Wine that is slow.
  FileState state(std::error_code& error) noexcept override {
    FileState state;
    FILE_STANDARD_INFO sizes{};
    error = read_times(file_, state);
    if (!error && !::GetFileInformationByHandleEx(file_, FileStandardInfo, &sizes, sizeof sizes)) {
      error = last_windows_error();
    }
    state.id = id_;
    state.size = static_cast<std::uint64_t>(sizes.EndOfFile.QuadPart);
    return state;
  }

  void set_path(std::string path) override {
    const std::lock_guard lock(m_);
    path_ = std::move(path);
  }
  std::string path() const override {
    const std::lock_guard lock(m_);
    return path_;
  }

  std::string findable_path() const override {
    if (std::string path = this->path(); !path.empty()) return path;
    std::wstring name(32'768, L'\0');
    const DWORD size = ::GetFinalPathNameByHandleW(
        file_, name.data(), static_cast<DWORD>(name.size()), VOLUME_NAME_DOS);
    if (size == 0 || size >= name.size()) return {};
    name.resize(size);
    return os::plain_name(name);
  }

  std::error_code share(const OpenRequest& all) noexcept override {
    const bool more = (all.deny_read && !own_.deny_read) || (all.deny_write && !own_.deny_write);
    HANDLE claim = INVALID_HANDLE_VALUE;
    if (more) {
      // Reading is what everybody allows who is allowed by it.
      claim = ::CreateFileW(os::file_name(path()).c_str(), GENERIC_READ,
                            share_flags(all.deny_read, all.deny_write), nullptr, OPEN_EXISTING,
                            FILE_ATTRIBUTE_NORMAL, nullptr);
      if (claim == INVALID_HANDLE_VALUE) {
        const DWORD error = ::GetLastError();
        return error == ERROR_SHARING_VIOLATION ? make_error_code(Errc::sharing)
                                                : windows_error(error);
      }
    }
    claim = std::exchange(claim_, claim);
    if (claim != INVALID_HANDLE_VALUE) ::CloseHandle(claim);
    return {};
  }

  // No fork on Windows.
  void abandon() noexcept override {}
  bool locks() const noexcept override { return true; }
  std::intptr_t native() const noexcept override { return reinterpret_cast<std::intptr_t>(file_); }

  void release(std::uint64_t position) noexcept override {
    give_up_claim();
    seek_native(native(), position);
    file_ = INVALID_HANDLE_VALUE;
  }

  std::error_code close() noexcept override {
    give_up_claim();
    const HANDLE file = std::exchange(file_, INVALID_HANDLE_VALUE);
    if (file == INVALID_HANDLE_VALUE || ::CloseHandle(file)) return {};
    return last_windows_error();
  }

 private:
  void give_up_claim() noexcept {
    const HANDLE claim = std::exchange(claim_, INVALID_HANDLE_VALUE);
    if (claim != INVALID_HANDLE_VALUE) ::CloseHandle(claim);
  }

  HANDLE file_;
  const FileId id_;
  mutable std::mutex m_;
  std::string path_;                     // guarded by m_
  std::error_code untold_;               // of a write that had written something
  const OpenRequest own_;                // what file_ itself denies
  HANDLE claim_ = INVALID_HANDLE_VALUE;  // changed under the table's mutex only
};

std::unique_ptr<Backend> make_file(HANDLE file, std::string path, const OpenRequest& request,
                                   std::error_code& error) {
  error =
      ::GetFileType(file) == FILE_TYPE_DISK ? std::error_code{} : make_error_code(Errc::not_a_file);
  const FileId id = error ? FileId{} : state_of(file, error).id;
  if (!error) return std::make_unique<Win32File>(file, id, std::move(path), request);
  ::CloseHandle(file);
  return nullptr;
}

// Calls `with` on a handle that only looks.
template <typename With>
auto look(const std::string& path, std::error_code& error, With with) {
  const HANDLE file =
      ::CreateFileW(os::file_name(path).c_str(), FILE_READ_ATTRIBUTES, share_flags(false, false),
                    nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
  if (file == INVALID_HANDLE_VALUE) {
    error = last_windows_error();
    return decltype(with(file)){};
  }
  auto result = with(file);
  ::CloseHandle(file);
  return result;
}

// What a handle may be used for; 0 if the system does not say.
ACCESS_MASK granted_access(HANDLE handle) {
  struct BasicInformation {  // PUBLIC_OBJECT_BASIC_INFORMATION
    ULONG attributes;
    ACCESS_MASK granted;
    ULONG handles, pointers, reserved[10];
  } information{};
  using Query = LONG(WINAPI*)(HANDLE, int, void*, ULONG, ULONG*);
  const HMODULE ntdll = ::GetModuleHandleW(L"ntdll.dll");
  const FARPROC found = ntdll ? ::GetProcAddress(ntdll, "NtQueryObject") : nullptr;
  if (!found) return 0;
  const auto query = reinterpret_cast<Query>(reinterpret_cast<void*>(found));
  return query(handle, 0, &information, sizeof information, nullptr) >= 0 ? information.granted : 0;
}

}  // namespace

std::unique_ptr<Backend> open_file(const std::string& path, const OpenRequest& request,
                                   std::error_code& error) {
  const auto open_as = [&](DWORD access) {
    return ::CreateFileW(
        os::file_name(path).c_str(), access, share_flags(request.deny_read, request.deny_write),
        nullptr, request.create ? OPEN_ALWAYS : OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  };
  HANDLE file = open_as(request.write ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ);
  // A file that may be written but not read: handles that do not read are still served.
  if (file == INVALID_HANDLE_VALUE && request.write && !request.read) {
    const DWORD why = ::GetLastError();
    if (why == ERROR_ACCESS_DENIED || why == ERROR_SHARING_VIOLATION) file = open_as(GENERIC_WRITE);
  }
  if (file == INVALID_HANDLE_VALUE) {
    const DWORD why = ::GetLastError();
    error = why == ERROR_SHARING_VIOLATION ? make_error_code(Errc::sharing) : windows_error(why);
    return nullptr;
  }
  return make_file(file, path, request, error);
}

std::unique_ptr<Backend> adopt_file(std::intptr_t native, const OpenRequest& request,
                                    std::uint64_t* position, std::error_code& error) {
  const HANDLE given = handle_of(native);
  ::SetLastError(ERROR_SUCCESS);  // GetFileType leaves it alone
  if (::GetFileType(given) != FILE_TYPE_DISK) {
    error = ::GetLastError() == ERROR_INVALID_HANDLE ? windows_error(ERROR_INVALID_HANDLE)
                                                     : make_error_code(Errc::not_a_file);
    return nullptr;
  }
  const ACCESS_MASK granted = granted_access(given);
  if (granted != 0) {
    if (request.write && (granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == FILE_APPEND_DATA) {
      error = Errc::not_a_file;
    } else if ((request.write && !(granted & FILE_WRITE_DATA)) ||
               (request.read && !request.write && !(granted & FILE_READ_DATA))) {
      error = Errc::access;
    }
    if (error) return nullptr;
  }
  LARGE_INTEGER here{};
  if (!::SetFilePointerEx(given, {}, &here, FILE_CURRENT)) {
    error = Errc::not_a_file;
    return nullptr;
  }
  *position = static_cast<std::uint64_t>(here.QuadPart);
  HANDLE file = INVALID_HANDLE_VALUE;
  if (!::DuplicateHandle(::GetCurrentProcess(), given, ::GetCurrentProcess(), &file, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
    error = last_windows_error();
    return nullptr;
  }
  // The application chose the share mode when it opened the file: no further claim is made.
  return make_file(file, {}, {true, request.write, false, true, true}, error);
}

std::error_code close_native(std::intptr_t native) noexcept {
  return ::CloseHandle(handle_of(native)) ? std::error_code{} : last_windows_error();
}

void seek_native(std::intptr_t native, std::uint64_t position) noexcept {
  LARGE_INTEGER to{};
  to.QuadPart = static_cast<LONGLONG>(position);
  // Only a convenience for whoever goes on with the handle.
  static_cast<void>(::SetFilePointerEx(handle_of(native), to, nullptr, FILE_BEGIN));
}

FileId file_id(const std::string& path, std::error_code& error) noexcept {
  return file_state(path, error).id;
}

FileState file_state(const std::string& path, std::error_code& error) noexcept {
  error = {};
  return look(path, error, [&](HANDLE file) { return state_of(file, error); });
}

std::unique_ptr<Backend> create_file(const std::string& path, std::error_code& error) {
  os::PrivateAccess access;
  const HANDLE file = ::CreateFileW(os::file_name(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                    share_flags(false, false), access.get(), CREATE_NEW,
                                    FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) {
    error = last_windows_error();
    return nullptr;
  }
  return make_file(file, path, {}, error);
}

}  // namespace ringproc::core
