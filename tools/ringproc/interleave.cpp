#include "interleave.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace ringproc::tool {
namespace {

// Double: the largest 32-bit integer is no float.
template <int Bits>
std::int32_t rounded(float sample) {
  constexpr double kScale = std::uint32_t{1} << (Bits - 1);
  const double scaled = static_cast<double>(sample) * kScale;
  if (!(scaled >= -kScale)) return std::isnan(sample) ? 0 : static_cast<std::int32_t>(-kScale);
  if (scaled > kScale - 1) return static_cast<std::int32_t>(kScale - 1);
  return static_cast<std::int32_t>(std::lrint(scaled));
}

template <int Bits>
struct AsInteger {
  static constexpr std::size_t kBytes = Bits / 8;
  static std::uint32_t bits(float sample) {
    return std::bit_cast<std::uint32_t>(rounded<Bits>(sample));
  }
};

struct AsF32 {
  static constexpr std::size_t kBytes = 4;
  static std::uint32_t bits(float sample) { return std::bit_cast<std::uint32_t>(sample); }
};

template <class As>
void interleave_as(std::span<const float* const> channels, std::size_t first, std::size_t frames,
                   std::byte* out) {
  const std::size_t frame_bytes = channels.size() * As::kBytes;
  for (const float* const channel : channels) {
    std::byte* at = out;
    for (std::size_t frame = first; frame < first + frames; ++frame, at += frame_bytes) {
      const std::uint32_t bits = As::bits(channel[frame]);
      std::memcpy(at, &bits, As::kBytes);
    }
    out += As::kBytes;
  }
}

}  // namespace

void interleave(SampleFormat format, std::span<const float* const> channels, std::size_t first,
                std::size_t frames, std::byte* out) {
  switch (format) {
    case SampleFormat::s16:
      return interleave_as<AsInteger<16>>(channels, first, frames, out);
    case SampleFormat::s24:
      return interleave_as<AsInteger<24>>(channels, first, frames, out);
    case SampleFormat::s32:
      return interleave_as<AsInteger<32>>(channels, first, frames, out);
    case SampleFormat::f32:
      return interleave_as<AsF32>(channels, first, frames, out);
  }
}

}  // namespace ringproc::tool
