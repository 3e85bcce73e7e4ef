// Names of files on Windows: making them absolute, temporary ones, renaming, removing.
#include <windows.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include "backend/backend.hpp"
#include "base/windows_error.hpp"
#include "os/names_win32.hpp"

namespace ringproc::core {
namespace {

std::string random_name(std::mt19937& random) {
  constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (int i = 0; i < 6; ++i) text += kLetters[random() % kLetters.size()];
  return text;
}

}  // namespace

std::error_code rename_file(const std::string& from, const std::string& to) noexcept {
  return ::MoveFileExW(os::file_name(from).c_str(), os::file_name(to).c_str(), 0)
             ? std::error_code{}
             : last_windows_error();
}

std::error_code sync_names(const std::string&, const std::string&) noexcept { return {}; }

std::error_code remove_file(const std::string& path) noexcept {
  return ::DeleteFileW(os::file_name(path).c_str()) ? std::error_code{} : last_windows_error();
}

std::string create_temporary(const std::string& like, std::error_code& error) {
  constexpr int kTries = 100;
  const auto slash = like.find_last_of("/\\");
  const std::string last = slash == std::string::npos ? like : like.substr(slash + 1);
  std::string directory;
  if (slash != std::string::npos) {
    directory = like.substr(0, slash + 1);
  } else {
    std::array<wchar_t, MAX_PATH + 1> temp{};
    const DWORD size = ::GetTempPathW(static_cast<DWORD>(temp.size()), temp.data());
    directory = os::to_utf8({temp.data(), std::min<std::size_t>(size, MAX_PATH)});
  }
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < kTries; ++i) {
    const std::string name = directory + last.substr(0, 3) + random_name(random) + ".tmp";
    const HANDLE file = ::CreateFileW(os::file_name(name).c_str(), GENERIC_WRITE, 0, nullptr,
                                      CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file != INVALID_HANDLE_VALUE) {
      ::CloseHandle(file);
      error = {};
      return name;
    }
    error = last_windows_error();
    if (error != std::errc::file_exists) break;
  }
  return {};
}

bool is_absolute_path(const std::string& path) noexcept {
  const auto is_slash = [](char c) { return c == '\\' || c == '/'; };
  if (path.size() >= 3 && path[1] == ':' && is_slash(path[2])) return true;
  return path.size() >= 2 && is_slash(path[0]) && is_slash(path[1]);
}

std::string absolute_path(const std::string& path, std::error_code& error) {
  const std::wstring wide = os::to_wide(path);
  std::wstring full(512, L'\0');
  for (;;) {
    const DWORD size =
        ::GetFullPathNameW(wide.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
    if (size == 0) {
      error = last_windows_error();
      return path;
    }
    const bool fits = size < full.size();
    full.resize(size);
    if (fits) break;
  }
  error = {};
  return os::to_utf8(full);
}

std::string from_program(const char* name) {
  const int size = ::MultiByteToWideChar(CP_ACP, 0, name, -1, nullptr, 0);
  std::wstring wide(static_cast<std::size_t>(std::max(size, 1)), L'\0');
  ::MultiByteToWideChar(CP_ACP, 0, name, -1, wide.data(), size);
  wide.pop_back();
  return os::to_utf8(wide);
}

std::string to_program(const std::string& path) {
  const std::wstring wide = os::to_wide(path);
  const int size = ::WideCharToMultiByte(CP_ACP, 0, wide.c_str(), -1, nullptr, 0, nullptr, nullptr);
  std::string name(static_cast<std::size_t>(std::max(size, 1)), '\0');
  ::WideCharToMultiByte(CP_ACP, 0, wide.c_str(), -1, name.data(), size, nullptr, nullptr);
  name.pop_back();
  return name;
}

bool parent_is_missing(const std::string& path) noexcept {
  const auto slash = path.find_last_of("/\\");
  if (slash == std::string::npos) return false;
  const DWORD attributes = ::GetFileAttributesW(os::file_name(path.substr(0, slash + 1)).c_str());
  return attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

}  // namespace ringproc::core
