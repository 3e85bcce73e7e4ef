// The four sample formats, all little-endian and interleaved, and what a recording's frames look
// like.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringproc::tool {

enum class SampleFormat { s16, s24, s32, f32 };

inline constexpr std::array<std::string_view, 4> kSampleFormatNames = {"s16", "s24", "s32", "f32"};

[[nodiscard]] constexpr std::string_view name_of(SampleFormat format) {
  return kSampleFormatNames[static_cast<std::size_t>(format)];
}

[[nodiscard]] constexpr std::optional<SampleFormat> sample_format_named(std::string_view name) {
  for (std::size_t i = 0; i < kSampleFormatNames.size(); ++i) {
    if (kSampleFormatNames[i] == name) return static_cast<SampleFormat>(i);
  }
  return std::nullopt;
}

[[nodiscard]] constexpr std::size_t sample_bytes(SampleFormat format) {
  constexpr std::array<std::size_t, 4> kBytes = {2, 3, 4, 4};
  return kBytes[static_cast<std::size_t>(format)];
}

struct AudioFormat {
  SampleFormat sample = SampleFormat::s16;
  std::uint32_t channels = 1;
  std::uint32_t rate = 48'000;

  [[nodiscard]] constexpr std::size_t frame_bytes() const {
    return sample_bytes(sample) * channels;
  }
  [[nodiscard]] constexpr std::uint64_t bytes_per_second() const {
    return std::uint64_t{frame_bytes()} * rate;
  }
  [[nodiscard]] friend bool operator==(const AudioFormat&, const AudioFormat&) = default;
};

// RIFF's nBlockAlign has 16 bits.
inline constexpr std::size_t kMaxFrameBytes = 65'535;

}  // namespace ringproc::tool
