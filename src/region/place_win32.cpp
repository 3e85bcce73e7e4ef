// Regions on Windows are files, too: in the user's directory for temporary files, marked temporary,
// so that the cache manager keeps them in memory; under Wine in Linux's own /dev/shm. A new one has
// a name that begins with a dot until it is complete.
#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "base/windows_error.hpp"
#include "os/handle_win32.hpp"
#include "os/names_win32.hpp"
#include "os/private_win32.hpp"
#include "probe/probe.hpp"
#include "region/place.hpp"
#include "region/region_name.hpp"

namespace ringproc::core {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr std::string_view kUnfinished = ".new-";

template <typename Each>
void for_each_file(const std::string& directory, Each each) {
  WIN32_FIND_DATAW found{};
  const HANDLE search = ::FindFirstFileW(os::file_name(directory + "\\*").c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) return;
  do {
    if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) each(os::to_utf8(found.cFileName));
  } while (::FindNextFileW(search, &found));
  ::FindClose(search);
}

HANDLE open_existing(const std::string& path, DWORD access, DWORD flags) {
  return ::CreateFileW(os::file_name(path).c_str(), access, kShareAll, nullptr, OPEN_EXISTING,
                       flags | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
}

// Where Linux keeps shared memory, seen from Wine; no such name on Windows.
constexpr std::string_view kWineMemory = R"(\\?\unix\dev\shm)";

std::string base_directory() {
  if (std::string set = os::environment(L"RINGPROC_REGIONS"); !set.empty()) return set;
  const DWORD attributes = ::GetFileAttributesW(os::to_wide(kWineMemory).c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
    return std::string(kWineMemory);
  }
  std::array<wchar_t, MAX_PATH + 1> temp{};
  const DWORD size = ::GetTempPathW(static_cast<DWORD>(temp.size()), temp.data());
  std::string directory = os::to_utf8({temp.data(), std::min<std::size_t>(size, MAX_PATH)});
  while (directory.ends_with('\\')) directory.pop_back();
  return directory;
}

}  // namespace

std::string Place::default_directory() { return directory_of_user(0); }

std::string Place::directory_of_user(std::uint32_t) {
  return base_directory() + "\\ringproc-" + os::user_name();
}

std::shared_ptr<Place> Place::open(const std::string& directory, Make make, std::string& problem) {
  problem.clear();
  const auto why = [](DWORD error) { return windows_error(error).message(); };
  os::PrivateAccess access;
  const std::wstring name = os::file_name(directory);
  if (make == Make::yes && !::CreateDirectoryW(name.c_str(), access.get()) &&
      ::GetLastError() != ERROR_ALREADY_EXISTS) {
    problem = "cannot make " + directory + ": " + why(::GetLastError());
    return nullptr;
  }
  const HANDLE file =
      open_existing(directory, READ_CONTROL | FILE_READ_ATTRIBUTES, FILE_FLAG_BACKUP_SEMANTICS);
  if (file == INVALID_HANDLE_VALUE) {
    const DWORD error = ::GetLastError();
    const bool missing = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
    if (!missing) problem = "cannot open " + directory + ": " + why(error);
    if (missing && make == Make::yes) problem = directory + " has disappeared";
    return nullptr;
  }
  BY_HANDLE_FILE_INFORMATION now{};
  std::shared_ptr<Place> place;
  if (!::GetFileInformationByHandle(file, &now)) {
    problem = directory + ": " + why(::GetLastError());
  } else if (now.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
    problem = directory + " is a link; remove it, regions are only kept in a directory";
  } else if (!(now.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
    problem = directory + " is not a directory; remove it";
  } else if (!os::is_mine(file)) {
    problem = directory + " belongs to another user; nothing in it is touched";
  } else {
    place.reset(new Place(os::native_of(file), directory, 0));
  }
  if (!place) ::CloseHandle(file);
  return place;
}

Place::~Place() { ::CloseHandle(os::handle_of(handle_)); }

std::string Place::path_of(const std::string& name) const { return directory_ + "\\" + name; }

bool Place::exists() const noexcept {
  return ::GetFileAttributesW(os::file_name(directory_).c_str()) != INVALID_FILE_ATTRIBUTES;
}

bool Place::creates_nameless() noexcept { return false; }

RegionFile Place::create(std::error_code& error) const noexcept {
  static std::atomic<std::uint32_t> last{0};
  const std::string name = directory_ + "\\" + std::string(kUnfinished) +
                           std::to_string(os::process_id()) + "-" +
                           std::to_string(last.fetch_add(1) + 1);
  os::PrivateAccess access;
  // Over one that a process of the same number left unfinished.
  const HANDLE made =
      ::CreateFileW(os::file_name(name).c_str(), GENERIC_READ | GENERIC_WRITE | DELETE, kShareAll,
                    access.get(), CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY, nullptr);
  if (made == INVALID_HANDLE_VALUE) {
    error = last_windows_error();
    return {};
  }
  RegionFile file(os::native_of(made));
  if (file.lock(error) != 0 && !error) error = std::make_error_code(std::errc::no_lock_available);
  if (!error) return file;
  file = {};
  ::DeleteFileW(os::file_name(name).c_str());
  return {};
}

std::string Place::link(const RegionFile& file, const FileId& id, std::error_code& error) const {
  error = std::make_error_code(std::errc::file_exists);
  for (int k = 0; k < kMostRegionsOfAFile; ++k) {
    std::string name = region_name(id, k);
    // Known as our own before it can be seen.
    if (!OwnRegions::claim(name, true)) continue;
    const std::wstring to = os::file_name(path_of(name));
    std::vector<std::byte> memory(sizeof(FILE_RENAME_INFO) + to.size() * sizeof(wchar_t));
    auto* const rename = reinterpret_cast<FILE_RENAME_INFO*>(memory.data());
    rename->ReplaceIfExists = FALSE;
    rename->FileNameLength = static_cast<DWORD>(to.size() * sizeof(wchar_t));
    to.copy(rename->FileName, to.size());
    if (::SetFileInformationByHandle(os::handle_of(file.native()), FileRenameInfo, rename,
                                     static_cast<DWORD>(memory.size()))) {
      probe::stored();
      error = {};
      return name;
    }
    error = last_windows_error();
    OwnRegions::release(name);
    if (error != std::errc::file_exists) break;
  }
  return {};
}

RegionFile Place::open_region(const std::string& name, std::error_code& error) const noexcept {
  const HANDLE file = open_existing(directory_ + "\\" + name, GENERIC_READ | GENERIC_WRITE, 0);
  if (file == INVALID_HANDLE_VALUE) {
    error = last_windows_error();
    return {};
  }
  error = {};
  return RegionFile(os::native_of(file));
}

std::error_code Place::remove(const std::string& name) const noexcept {
  if (!::DeleteFileW(os::file_name(path_of(name)).c_str())) return last_windows_error();
  probe::stored();
  return {};
}

std::vector<std::string> Place::list() const {
  std::vector<std::string> names;
  for_each_file(directory_, [&](const std::string& name) {
    if (name.starts_with(kUnfinished)) {
      // Left by a process that ended before it was complete: nothing had been accepted.
      const std::string number = name.substr(kUnfinished.size());
      const auto process = static_cast<std::uint32_t>(std::strtoul(number.c_str(), nullptr, 10));
      if (!os::process_lives(process)) static_cast<void>(remove(name));
    } else if (!name.starts_with('.')) {
      names.push_back(name);
    }
  });
  return names;
}

std::vector<std::string> Place::list(const FileId& id) const {
  std::vector<std::string> names;
  for (int k = 0, missing = 0; k < kMostRegionsOfAFile && missing < kGap; ++k) {
    std::string name = region_name(id, k);
    const std::wstring path = os::file_name(path_of(name));
    if (::GetFileAttributesW(path.c_str()) != INVALID_FILE_ATTRIBUTES) {
      names.push_back(std::move(name));
    } else {
      ++missing;
    }
  }
  return names;
}

std::uint64_t Place::free_bytes() const noexcept {
  ULARGE_INTEGER free{};
  return ::GetDiskFreeSpaceExW(os::file_name(directory_).c_str(), &free, nullptr, nullptr)
             ? free.QuadPart
             : 0;
}

bool Place::wait_for_release(const std::string& name, int timeout_ms) const noexcept {
  // One of this process's own by now.
  if (!OwnRegions::claim(name, false)) return true;
  bool released = false;
  {
    std::error_code error;
    released = wait_for_release(open_region(name, error), timeout_ms);
  }
  OwnRegions::release(name);
  return released;
}

// There is nothing to wait on that tells of a lock without taking it: looked at again and again.
bool Place::wait_for_release(const RegionFile& file, int timeout_ms) const noexcept {
  constexpr auto kLookAgain = std::chrono::milliseconds(10);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    if (!file || file.locked_by() == 0 || !file.facts().linked) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
}

Place::Watcher::Watcher(const Place& place, std::error_code& error) noexcept
    : handle_(os::native_of(::FindFirstChangeNotificationW(os::file_name(place.directory_).c_str(),
                                                           FALSE, FILE_NOTIFY_CHANGE_FILE_NAME))) {
  error = handle_ == os::kNoHandle ? last_windows_error() : std::error_code{};
}

Place::Watcher::~Watcher() {
  if (handle_ != os::kNoHandle) ::FindCloseChangeNotification(os::handle_of(handle_));
}

void Place::Watcher::wait(std::span<const os::NativeHandle> others, int timeout_ms) noexcept {
  std::array<HANDLE, 61> wanted{os::handle_of(handle_)};
  DWORD count = 1;
  for (const os::NativeHandle other : others.first(std::min(others.size(), wanted.size() - 1))) {
    if (other != os::kNoHandle) wanted[count++] = os::handle_of(other);
  }
  // Every outcome means: the caller looks.
  if (::WaitForMultipleObjects(count, wanted.data(), FALSE, static_cast<DWORD>(timeout_ms)) ==
      WAIT_OBJECT_0) {
    ::FindNextChangeNotification(os::handle_of(handle_));
  }
}

}  // namespace ringproc::core
