// What `ringproc --version` prints and summaries carry: the version and how this program was built.
#pragma once

#include <string>

namespace ringproc::tool {

// "0.1.0"
[[nodiscard]] std::string version();

// The version with compiler, build type, system and libraries.
[[nodiscard]] std::string version_text();

// "RelWithDebInfo, GNU 12.2.0": how this program was built, in short.
[[nodiscard]] std::string build_text();

// Built without optimisation.
[[nodiscard]] bool is_debug_build();

}  // namespace ringproc::tool
