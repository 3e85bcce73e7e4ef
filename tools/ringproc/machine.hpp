// Facts about the machine that the program reports or sizes by. One file per system implements it
// (machine_linux.cpp, machine_win32.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ringproc::tool {

// Memory that can be taken without swapping, the limits of a container included.
[[nodiscard]] std::optional<std::uint64_t> available_memory_bytes();

// The type of the file system that holds path, such as "ext4"; "unknown" if it cannot be found out.
[[nodiscard]] std::string file_system_of(const std::string& path);

}  // namespace ringproc::tool
