// Text for the user. A terminal that has gone away or a full disk behind a redirection must not end
// a recording, so nothing here throws.
#pragma once

#include <cstdio>
#include <string_view>

namespace ringproc::tool {

// Effect: writes text. Returns: whether all of it was taken.
inline bool print_to(std::FILE* file, std::string_view text) noexcept {
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fflush(file) == 0 && written;
}

// To standard error, for what nobody can be told if it fails.
inline void say(std::string_view text) noexcept { static_cast<void>(print_to(stderr, text)); }

}  // namespace ringproc::tool
