// What `ringproc --version` prints and summaries carry: the version and how this program was built.
#pragma once

#include <string>

namespace ringproc::tool {

// "0.1.0"
[[nodiscard]] std::string version();

// The version with compiler, build type, system and libraries.
[[nodiscard]] std::string version_text();

}  // namespace ringproc::tool
