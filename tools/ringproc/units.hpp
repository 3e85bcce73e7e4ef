// Quantities as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace ringproc::tool {

// "12.3 us" and "491.5 MB": three figures and a unit.
[[nodiscard]] std::string duration_text(double nanoseconds);
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace ringproc::tool
