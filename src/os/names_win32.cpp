#include "os/names_win32.hpp"

#include <windows.h>

#include <algorithm>

namespace ringproc::core::os {
namespace {

constexpr std::wstring_view kLong = LR"(\\?\)";
constexpr std::wstring_view kLongUnc = LR"(\\?\UNC\)";
constexpr std::size_t kShort = 248;  // what every call takes, directories included

bool has_drive(std::wstring_view name) {
  return name.size() >= 3 && name[1] == L':' && name[2] == L'\\';
}

}  // namespace

std::wstring to_wide(std::string_view utf8) {
  const int size = static_cast<int>(utf8.size());
  std::wstring wide(
      static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0)),
      L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

std::string to_utf8(std::wstring_view wide) {
  const int size = static_cast<int>(wide.size());
  std::string utf8(static_cast<std::size_t>(::WideCharToMultiByte(CP_UTF8, 0, wide.data(), size,
                                                                  nullptr, 0, nullptr, nullptr)),
                   '\0');
  ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, utf8.data(), static_cast<int>(utf8.size()),
                        nullptr, nullptr);
  return utf8;
}

std::wstring file_name(std::string_view utf8) {
  std::wstring name = to_wide(utf8);
  std::replace(name.begin(), name.end(), L'/', L'\\');
  if (name.size() < kShort || name.starts_with(kLong)) return name;
  if (has_drive(name)) return std::wstring(kLong) + name;
  if (name.starts_with(LR"(\\)")) return std::wstring(kLongUnc) + name.substr(2);
  return name;
}

std::string plain_name(std::wstring_view wide) {
  if (wide.starts_with(kLongUnc)) return "\\\\" + to_utf8(wide.substr(kLongUnc.size()));
  if (wide.starts_with(kLong) && has_drive(wide.substr(kLong.size()))) {
    wide.remove_prefix(kLong.size());
  }
  return to_utf8(wide);
}

std::string environment(const wchar_t* name) {
  std::wstring value(128, L'\0');
  for (;;) {
    const DWORD size =
        ::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
    const bool fits = size < value.size();
    value.resize(size);
    if (fits) return to_utf8(value);
  }
}

}  // namespace ringproc::core::os
