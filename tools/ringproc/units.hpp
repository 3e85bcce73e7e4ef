// Quantities as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace ringproc::tool {

// "12.3 us" and "491.5 MB": three figures and a unit.
[[nodiscard]] std::string duration_text(double nanoseconds);
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

// A check of an option: empty, or what is wrong with it. The command line's library alone takes -1
// for 2^64 - 1.
[[nodiscard]] std::string whole_number_error(const std::string& text);

}  // namespace ringproc::tool
