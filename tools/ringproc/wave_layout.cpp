#include "wave_layout.hpp"

namespace ringproc::tool {
namespace {

constexpr std::uint32_t kChunkHeaderBytes = 8;
constexpr std::uint32_t kPcmFormatBytes = 16;
constexpr std::uint32_t kFloatFormatBytes = 18;  // with the count of extra bytes, 0
constexpr std::uint16_t kExtensibleExtraBytes = 22;

// xxxx0000-0000-0010-8000-00AA00389B71 behind the two bytes of the tag.
constexpr std::array<std::uint8_t, 14> kSubFormatTail = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                                         0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};

// Float has a tag of its own, so only integers of more than 16 bits need the extensible form for
// it.
bool needs_extensible(const AudioFormat& format) {
  return format.channels > 2 ||
         (format.sample != SampleFormat::f32 && sample_bytes(format.sample) > 2);
}

std::uint16_t simple_tag(const AudioFormat& format) {
  return format.sample == SampleFormat::f32 ? kTagFloat : kTagPcm;
}

std::uint32_t format_bytes_of(const AudioFormat& format) {
  if (needs_extensible(format)) return sizeof(WaveFormatChunk);
  return simple_tag(format) == kTagPcm ? kPcmFormatBytes : kFloatFormatBytes;
}

// The usual loudspeakers up to 7.1; more channels have none (KSAUDIO_SPEAKER_DIRECTOUT, 0).
std::uint32_t channel_mask_of(std::uint32_t channels) {
  constexpr std::array<std::uint32_t, 9> kMasks = {0,    0x4,  0x3,   0x7,  0x33,
                                                   0x37, 0x3F, 0x13F, 0x63F};
  return channels < kMasks.size() ? kMasks[channels] : 0;
}

}  // namespace

WaveFormatChunk wave_format_chunk(const AudioFormat& format) {
  WaveFormatChunk chunk;
  chunk.tag = needs_extensible(format) ? kTagExtensible : simple_tag(format);
  chunk.channels = static_cast<std::uint16_t>(format.channels);
  chunk.rate = format.rate;
  chunk.bytes_per_second = static_cast<std::uint32_t>(format.bytes_per_second());
  chunk.frame_bytes = static_cast<std::uint16_t>(format.frame_bytes());
  chunk.bits = static_cast<std::uint16_t>(8 * sample_bytes(format.sample));
  if (!needs_extensible(format)) return chunk;
  chunk.extra_bytes = kExtensibleExtraBytes;
  chunk.valid_bits = chunk.bits;
  chunk.channel_mask = channel_mask_of(format.channels);
  chunk.sub_tag = simple_tag(format);
  chunk.sub_format_tail = kSubFormatTail;
  return chunk;
}

WaveLayout wave_layout(const AudioFormat& format) {
  WaveLayout layout;
  layout.format_bytes = format_bytes_of(format);
  layout.fact = layout.format_bytes != kPcmFormatBytes;
  layout.bext_offset = kDs64Offset + kDs64Bytes + kChunkHeaderBytes;
  std::uint32_t at = layout.bext_offset + kBextBytes + kChunkHeaderBytes + layout.format_bytes;
  if (layout.fact) {
    layout.fact_offset = at + kChunkHeaderBytes;
    at = layout.fact_offset + 4;
  }
  layout.filler_bytes = kHeaderBytes - at - 2 * kChunkHeaderBytes;
  layout.data_size_offset = kHeaderBytes - 4;
  layout.max_frames = (kMaxFileBytes - layout.header_bytes) / format.frame_bytes();
  if (with_pad(layout.max_frames * format.frame_bytes()) + layout.header_bytes > kMaxFileBytes) {
    --layout.max_frames;
  }
  return layout;
}

}  // namespace ringproc::tool
