#include "live_header.hpp"

#include <array>

#include "wave_layout.hpp"

namespace ringproc::tool {

LiveHeader::LiveHeader(Target& target, const AudioFormat& format, std::uint64_t riff_bytes)
    : target_(target), fields_(size_fields(wave_layout(format), format, riff_bytes)) {}

bool LiveHeader::state(std::uint64_t frames) {
  const std::uint64_t bytes = frames * fields_.frame_bytes;
  return write(bytes % 2 == 0 ? bytes : bytes - fields_.frame_bytes);
}

bool LiveHeader::finish(std::uint64_t frames) {
  const std::uint64_t bytes = frames * fields_.frame_bytes;
  constexpr std::array<std::byte, 1> kPad{};
  if (bytes % 2 != 0 && !(target_.patch(kPad, fields_.data_offset + bytes) && target_.flush())) {
    return false;
  }
  return write(bytes);
}

// Bytes of a header lie in one sector each, but sectors come to the disk in any order: what makes
// RIFF to RF64 is durable before anything else says more than RIFF can.
bool LiveHeader::write(std::uint64_t data_bytes) {
  const HeaderPatches patches = size_patches(fields_, data_bytes);
  bool durable_first = patches.becomes_rf64;
  for (const HeaderPatch& patch : patches.list) {
    if (!target_.patch(patch.bytes, patch.offset)) return false;
    if (durable_first && !target_.flush()) return false;
    durable_first = false;
  }
  if (!target_.flush()) return false;
  fields_.ds64 = fields_.ds64 || patches.becomes_rf64;
  return true;
}

}  // namespace ringproc::tool
