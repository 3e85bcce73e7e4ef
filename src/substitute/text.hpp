// Names between the three spellings that meet here: UTF-16 (the OS), UTF-8 (ringproc.dll), the ANSI
// code page (winmm's A functions). Any thread; no I/O.
#pragma once

#include <string>
#include <string_view>

#include "ringproc/mmio.h"

namespace ringproc::substitute {

// What cannot be converted becomes the code page's default character.
[[nodiscard]] inline std::string narrow(std::wstring_view text, UINT code_page) {
  const int units = static_cast<int>(text.size());
  const int size =
      WideCharToMultiByte(code_page, 0, text.data(), units, nullptr, 0, nullptr, nullptr);
  std::string result(static_cast<std::size_t>(size > 0 ? size : 0), '\0');
  WideCharToMultiByte(code_page, 0, text.data(), units, result.data(), size, nullptr, nullptr);
  return result;
}

[[nodiscard]] inline std::wstring widen(std::string_view text, UINT code_page) {
  const int bytes = static_cast<int>(text.size());
  const int size = MultiByteToWideChar(code_page, 0, text.data(), bytes, nullptr, 0);
  std::wstring result(static_cast<std::size_t>(size > 0 ? size : 0), L'\0');
  MultiByteToWideChar(code_page, 0, text.data(), bytes, result.data(), size);
  return result;
}

[[nodiscard]] inline std::string to_utf8(std::wstring_view text) { return narrow(text, CP_UTF8); }

// For people, beside a GetLastError() value: "file not found (error 2)".
[[nodiscard]] inline std::string error_text(DWORD error) {
  wchar_t text[256];
  DWORD size = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                              error, 0, text, 256, nullptr);
  while (size > 0 && (text[size - 1] <= L' ' || text[size - 1] == L'.')) --size;
  return to_utf8({text, size}) + (size > 0 ? " (error " : "error ") + std::to_string(error) +
         (size > 0 ? ")" : "");
}

}  // namespace ringproc::substitute
