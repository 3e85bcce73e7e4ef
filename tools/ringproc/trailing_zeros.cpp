#include "trailing_zeros.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

namespace ringproc::tool {

std::uint64_t trailing_zero_bytes(const ReadAt& read_at, std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t kBlock = 256 * 1024;
  std::vector<std::byte> block(kBlock);
  std::uint64_t begin = to;
  while (begin > from) {
    // Blocks of the file, so that each is read once.
    const std::uint64_t next = std::max(from, (begin - 1) / kBlock * kBlock);
    const auto part = std::span(block).first(static_cast<std::size_t>(begin - next));
    if (read_at(next, part) != part.size()) break;
    const auto last = std::find_if(part.rbegin(), part.rend(),
                                   [](std::byte value) { return value != std::byte{0}; });
    if (last != part.rend()) {
      begin -= static_cast<std::uint64_t>(std::distance(part.rbegin(), last));
      break;
    }
    begin = next;
  }
  return to - begin;
}

}  // namespace ringproc::tool
