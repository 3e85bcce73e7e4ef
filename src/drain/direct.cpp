#include "drain/direct.hpp"

#include <cstddef>
#include <span>

#include "region/layout.hpp"

namespace ringproc::core {
namespace {

static_assert(kBlock % kDirectBlock == 0);  // the ring's alignment serves the device

// Whether blocks of the file are blocks of memory in this part.
bool is_congruent(std::span<const std::byte> part, std::uint64_t file_offset) {
  return (reinterpret_cast<std::uintptr_t>(part.data()) - file_offset) % kDirectBlock == 0;
}

// Whole blocks from `skip` bytes into part `first` on, where a block begins at file_offset: through
// all parts that begin and end with a block.
std::uint64_t whole_blocks(const Batch& batch, std::size_t first, std::uint64_t skip,
                           std::uint64_t file_offset) {
  std::uint64_t length = 0;
  for (std::size_t i = first; i < batch.part_count; ++i) {
    const auto part = batch.parts[i].subspan(static_cast<std::size_t>(i == first ? skip : 0));
    if (!is_congruent(part, file_offset + length)) break;
    const std::uint64_t whole = part.size() / kDirectBlock * kDirectBlock;
    length += whole;
    if (whole != part.size()) break;
  }
  return length;
}

}  // namespace

Slice next_slice(const Batch& batch, std::uint64_t least) noexcept {
  if (batch.is_patch) return {batch.length, false};
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < batch.part_count; ++i) {
    const std::uint64_t offset = batch.file_offset + before;
    const std::uint64_t skip = (kDirectBlock - offset % kDirectBlock) % kDirectBlock;
    const std::uint64_t size = batch.parts[i].size();
    const std::uint64_t direct = skip < size ? whole_blocks(batch, i, skip, offset + skip) : 0;
    if (direct >= least) {
      const std::uint64_t first = before + skip;
      return first == 0 ? Slice{direct, true} : Slice{first, false};
    }
    before += size;
  }
  return {batch.length, false};
}

}  // namespace ringproc::core
