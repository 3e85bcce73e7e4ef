// The counter source's samples: each a 64-bit mix of seed, frame number and channel, cut to the
// sample format. So every frame of a recording says which frame it is, and verify finds what is
// missing, doubled, moved or rotated. Any thread. Never allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sample_format.hpp"

namespace ringproc::tool {

inline constexpr std::uint64_t kDefaultSeed = 1;

// The mix: a full 64-bit finaliser once per frame, then one exclusive-or and one multiplication per
// channel, of which the top bits are used. s16, s24 and s32 use all their bits; f32 holds a 24-bit
// integer scaled into [-1, 1), so it is always finite and exact.
class Counter {
 public:
  // `offset` is added to every frame number: a signal that is received from some frame on.
  Counter(AudioFormat format, std::uint64_t seed, std::uint64_t offset = 0)
      : format_(format), seed_(seed), offset_(offset) {}

  [[nodiscard]] const AudioFormat& format() const { return format_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

  // Writes the frames first_frame, first_frame + 1, ... into out.
  // Requires: out holds a whole number of frames.
  void fill(std::uint64_t first_frame, std::span<std::byte> out) const;

  // The bits of one sample as stored, in the low end of the result.
  [[nodiscard]] std::uint32_t sample_bits(std::uint64_t frame, std::uint32_t channel) const;

 private:
  AudioFormat format_;
  std::uint64_t seed_;
  std::uint64_t offset_;
};

}  // namespace ringproc::tool
