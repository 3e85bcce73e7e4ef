// Names on Windows: UTF-8 inside, wide at the system's calls.
#pragma once

#include <string>
#include <string_view>

namespace ringproc::core::os {

// Ill-formed text becomes U+FFFD: it names no file then.
[[nodiscard]] std::wstring to_wide(std::string_view utf8);
[[nodiscard]] std::string to_utf8(std::wstring_view wide);
// For the file API: backslashes, and long absolute names in the form without a length limit.
[[nodiscard]] std::wstring file_name(std::string_view utf8);
// The opposite of what file_name() adds, for people and for comparing.
[[nodiscard]] std::string plain_name(std::wstring_view wide);
// An environment variable; empty if it is not set.
[[nodiscard]] std::string environment(const wchar_t* name);

}  // namespace ringproc::core::os
