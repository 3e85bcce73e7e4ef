// Options as text: "ring=64M,on_full=fail,age=250ms".
#pragma once

#include <string>
#include <string_view>

#include "ringproc/options.hpp"

namespace ringproc::core {

// Applies text to options. Returns: an empty string, or a message that names the key or value;
// options is then unchanged.
[[nodiscard]] std::string apply_options(std::string_view text, Options& options);

// Whether all values are in range. Returns: an empty string, or a message that names the first that
// is not.
[[nodiscard]] std::string check_options(const Options& options);

}  // namespace ringproc::core
