// How many zero bytes a range of a file ends with. Any thread.
#pragma once

#include <cstdint>

#include "wave_map.hpp"

namespace ringproc::tool {

// Reads [from, to) from its end until there is something else. Blocks: on the disk.
[[nodiscard]] std::uint64_t trailing_zero_bytes(const ReadAt& read_at, std::uint64_t from,
                                                std::uint64_t to);

}  // namespace ringproc::tool
