#include "substitute/file_search.hpp"

#include "ringproc/mmio.h"
#include "substitute/library.hpp"

namespace ringproc::substitute {
namespace {

// What fill(text, room) stores; it returns the size, or the room that it needs. Empty: it failed.
template <typename Fill>
std::wstring filled(Fill fill) {
  std::wstring text(MAX_PATH, L'\0');
  for (;;) {
    const DWORD size = fill(text.data(), static_cast<DWORD>(text.size()));
    const bool fits = size < text.size();
    text.resize(size);
    if (fits) return text;
  }
}

std::wstring search(const wchar_t* directories, const std::wstring& name) {
  return filled([&](wchar_t* text, DWORD room) {
    return SearchPathW(directories, name.c_str(), nullptr, room, text, nullptr);
  });
}

bool is_separator(wchar_t unit) { return unit == L'\\' || unit == L'/'; }

// "./x" and "../x" mean the current directory, and what has a drive or a root means itself.
bool is_searched(const std::wstring& name) {
  if (is_separator(name.front()) || (name.size() > 1 && name[1] == L':')) return false;
  const std::size_t dots = name.find_first_not_of(L'.');
  return dots == 0 || (dots != std::wstring::npos && !is_separator(name[dots]));
}

}  // namespace

std::wstring full_path(const std::wstring& name) {
  const std::wstring path = filled([&](wchar_t* text, DWORD room) {
    return GetFullPathNameW(name.c_str(), room, text, nullptr);
  });
  return path.empty() ? name : path;
}

std::wstring find_file(const std::wstring& name) {
  if (!is_searched(name)) return full_path(name);
  const std::wstring program = path_of(nullptr);
  const std::wstring first = program.substr(0, program.find_last_of(L'\\')) + L";.";
  std::wstring found = search(first.c_str(), name);
  if (found.empty()) found = search(nullptr, name);
  return full_path(found.empty() ? name : found);
}

}  // namespace ringproc::substitute
