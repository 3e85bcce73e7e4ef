// Where the parts of our RIFF/WAVE files lie. Plain PCM up to two channels of 16 bits, the float
// tag up to two channels, WAVE_FORMAT_EXTENSIBLE for the rest; `fact` with every tag but plain PCM.
// https://learn.microsoft.com/windows/win32/api/mmreg/ns-mmreg-waveformatextensible
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sample_format.hpp"

namespace ringproc::tool {

// The file's bytes must all lie at offsets mmio can name: -1 is an error, so the last size is 4 GiB
// - 2.
inline constexpr std::uint64_t kMaxFileBytes = 0xFFFF'FFFE;

inline constexpr std::uint16_t kTagPcm = 0x0001;
inline constexpr std::uint16_t kTagFloat = 0x0003;
inline constexpr std::uint16_t kTagExtensible = 0xFFFE;

#pragma pack(push, 1)
// The contents of the `fmt ` chunk: 16 bytes for PCM, 18 for float, all 40 for extensible.
struct WaveFormatChunk {
  std::uint16_t tag = 0;
  std::uint16_t channels = 0;
  std::uint32_t rate = 0;
  std::uint32_t bytes_per_second = 0;
  std::uint16_t frame_bytes = 0;
  std::uint16_t bits = 0;
  std::uint16_t extra_bytes = 0;
  std::uint16_t valid_bits = 0;
  std::uint32_t channel_mask = 0;
  std::uint16_t sub_tag = 0;
  std::array<std::uint8_t, 14> sub_format_tail{};
};
#pragma pack(pop)
static_assert(sizeof(WaveFormatChunk) == 40);

struct WaveLayout {
  bool fact = false;
  std::uint32_t format_bytes = 0;      // of the `fmt ` chunk's contents
  std::uint32_t fact_offset = 0;       // of the frame count in `fact`, if there is one
  std::uint32_t data_size_offset = 0;  // of the `data` chunk's size
  std::uint32_t header_bytes = 0;      // everything before the first sample
  std::uint64_t max_frames = 0;        // that fit, with the pad byte
};

[[nodiscard]] WaveFormatChunk wave_format_chunk(const AudioFormat& format);
[[nodiscard]] WaveLayout wave_layout(const AudioFormat& format);

// Chunks begin at even offsets; the pad byte is not counted in the chunk's size.
[[nodiscard]] constexpr std::uint64_t with_pad(std::uint64_t bytes) { return bytes + bytes % 2; }

}  // namespace ringproc::tool
