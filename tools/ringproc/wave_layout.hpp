// Where the parts of our RIFF/WAVE files lie: `JUNK`, which becomes `ds64` when the file outgrows
// RIFF; `bext`; `fmt `; `fact` with every tag but plain PCM; `JUNK` again, so that the samples
// begin at a block of their own, and blocks are whole frames where a frame is a power of two;
// `data`. Plain PCM up to two channels of 16 bits, the float tag up to two channels,
// WAVE_FORMAT_EXTENSIBLE for the rest.
// https://learn.microsoft.com/windows/win32/api/mmreg/ns-mmreg-waveformatextensible
// EBU Tech 3306 and ITU-R BS.2088 (RF64, `ds64`), EBU Tech 3285 (`bext`).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sample_format.hpp"

namespace ringproc::tool {

// The file's bytes must all lie at offsets mmio can name: -1 is an error, so the last size is 4 GiB
// - 2.
inline constexpr std::uint64_t kMaxFileBytes = 0xFFFF'FFFE;

// `ds64` with an empty table, and where its contents lie: it is the first chunk.
inline constexpr std::uint32_t kDs64Bytes = 28;
inline constexpr std::uint32_t kDs64Offset = 20;

inline constexpr std::uint32_t kHeaderBytes = 4096;  // everything before the first sample
inline constexpr std::uint32_t kBextBytes = 602;     // without a coding history

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
  std::uint32_t bext_offset = 0;       // of the contents of `bext`
  std::uint32_t format_bytes = 0;      // of the `fmt ` chunk's contents
  std::uint32_t fact_offset = 0;       // of the frame count in `fact`, if there is one
  std::uint32_t filler_bytes = 0;      // of the contents of the second `JUNK`
  std::uint32_t data_size_offset = 0;  // of the `data` chunk's size
  std::uint32_t header_bytes = kHeaderBytes;
  std::uint64_t max_frames = 0;  // that fit into plain RIFF, with the pad byte
};

[[nodiscard]] WaveFormatChunk wave_format_chunk(const AudioFormat& format);
[[nodiscard]] WaveLayout wave_layout(const AudioFormat& format);

// Chunks begin at even offsets; the pad byte is not counted in the chunk's size.
[[nodiscard]] constexpr std::uint64_t with_pad(std::uint64_t bytes) { return bytes + bytes % 2; }

}  // namespace ringproc::tool
