// Text in columns for a terminal. A UTF-8 character counts as one column. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringproc::tool::measure {

// Requires: width > 0. Returns: at least one line, none wider than width; broken at blanks and
// after commas, or inside a word that is too long by itself.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// With blanks behind it up to the width.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

}  // namespace ringproc::tool::measure
