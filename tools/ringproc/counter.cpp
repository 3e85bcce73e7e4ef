#include "counter.hpp"

#include <bit>
#include <cstring>

namespace ringproc::tool {
namespace {

static_assert(std::endian::native == std::endian::little,
              "samples are stored as they are in memory");

constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
constexpr std::uint64_t kSpread = 0xD6E8FEB86659FD93ULL;

// The finaliser of SplitMix64: every bit of the input changes every bit of the result with even
// chance.
constexpr std::uint64_t frame_key(std::uint64_t seed, std::uint64_t frame) {
  std::uint64_t x = seed * kSpread + frame * kStep + kStep;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t mix(std::uint64_t key, std::uint64_t channel) {
  return (key ^ (channel * kStep)) * kSpread;
}

struct CutS16 {
  static constexpr std::size_t kBytes = 2;
  static std::uint32_t bits(std::uint64_t mixed) { return static_cast<std::uint32_t>(mixed >> 48); }
};

struct CutS24 {
  static constexpr std::size_t kBytes = 3;
  static std::uint32_t bits(std::uint64_t mixed) { return static_cast<std::uint32_t>(mixed >> 40); }
};

struct CutS32 {
  static constexpr std::size_t kBytes = 4;
  static std::uint32_t bits(std::uint64_t mixed) { return static_cast<std::uint32_t>(mixed >> 32); }
};

struct CutF32 {
  static constexpr std::size_t kBytes = 4;
  static std::uint32_t bits(std::uint64_t mixed) {
    const auto whole =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(mixed >> 40)) - (1 << 23);
    return std::bit_cast<std::uint32_t>(static_cast<float>(whole) * (1.0F / (1 << 23)));
  }
};

template <class Cut>
void fill_frames(std::uint64_t seed, std::uint32_t channels, std::uint64_t frame,
                 std::span<std::byte> out) {
  std::byte* at = out.data();
  const std::byte* const end = at + out.size();
  for (; at != end; ++frame) {
    const std::uint64_t key = frame_key(seed, frame);
    for (std::uint32_t channel = 0; channel < channels; ++channel, at += Cut::kBytes) {
      const std::uint32_t bits = Cut::bits(mix(key, channel));
      std::memcpy(at, &bits, Cut::kBytes);
    }
  }
}

}  // namespace

void Counter::fill(std::uint64_t first_frame, std::span<std::byte> out) const {
  first_frame += offset_;
  switch (format_.sample) {
    case SampleFormat::s16:
      return fill_frames<CutS16>(seed_, format_.channels, first_frame, out);
    case SampleFormat::s24:
      return fill_frames<CutS24>(seed_, format_.channels, first_frame, out);
    case SampleFormat::s32:
      return fill_frames<CutS32>(seed_, format_.channels, first_frame, out);
    case SampleFormat::f32:
      return fill_frames<CutF32>(seed_, format_.channels, first_frame, out);
  }
}

std::uint32_t Counter::sample_bits(std::uint64_t frame, std::uint32_t channel) const {
  const std::uint64_t mixed = mix(frame_key(seed_, offset_ + frame), channel);
  switch (format_.sample) {
    case SampleFormat::s16:
      return CutS16::bits(mixed);
    case SampleFormat::s24:
      return CutS24::bits(mixed);
    case SampleFormat::s32:
      return CutS32::bits(mixed);
    case SampleFormat::f32:
      return CutF32::bits(mixed);
  }
  return 0;
}

}  // namespace ringproc::tool
