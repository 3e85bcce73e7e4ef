// Text for the user. A terminal that has gone away or a full disk behind a redirection must not end
// a recording, so nothing here throws.
#pragma once

#include <cstdio>
#include <string_view>

#include "os.hpp"

namespace ringproc::tool {

// Effect: writes text. Returns: whether all of it was taken.
inline bool print_to(std::FILE* file, std::string_view text) noexcept {
  return os::write_text(file, text);
}

// To standard error, for what nobody can be told if it fails.
inline void say(std::string_view text) noexcept { static_cast<void>(print_to(stderr, text)); }

}  // namespace ringproc::tool
