// The counter source: what its samples must be for verify to rely on them.
#include "counter.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <set>
#include <vector>

namespace ringproc::tool {
namespace {

std::vector<std::byte> produced(AudioFormat format, std::uint64_t frame, std::size_t frames,
                                std::uint64_t seed = kDefaultSeed) {
  std::vector<std::byte> bytes(frames * format.frame_bytes());
  Counter(format, seed).fill(frame, bytes);
  return bytes;
}

TEST(Counter, BlocksJoinWithoutASeam) {
  const AudioFormat format{SampleFormat::s24, 5, 48'000};
  const auto whole = produced(format, 100, 20);
  const auto tail = produced(format, 113, 7);
  EXPECT_TRUE(std::equal(tail.begin(), tail.end(),
                         whole.begin() + static_cast<std::ptrdiff_t>(13 * format.frame_bytes())));
}

TEST(Counter, SampleBitsAreWhatFillStores) {
  for (const auto sample :
       {SampleFormat::s16, SampleFormat::s24, SampleFormat::s32, SampleFormat::f32}) {
    const AudioFormat format{sample, 3, 48'000};
    const auto bytes = produced(format, 7, 1);
    for (std::uint32_t channel = 0; channel < 3; ++channel) {
      const std::uint32_t bits = Counter(format, kDefaultSeed).sample_bits(7, channel);
      EXPECT_EQ(
          std::memcmp(bytes.data() + channel * sample_bytes(sample), &bits, sample_bytes(sample)),
          0);
    }
  }
}

TEST(Counter, FloatsAreFiniteAndBelowOne) {
  const AudioFormat format{SampleFormat::f32, 8, 48'000};
  const auto bytes = produced(format, 0, 20'000);
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), bytes.size());
  for (const float sample : samples) {
    ASSERT_TRUE(std::isfinite(sample));
    ASSERT_GE(sample, -1.0F);
    ASSERT_LT(sample, 1.0F);
  }
}

TEST(Counter, SeedFrameAndChannelAllChangeTheSample) {
  const Counter counter({SampleFormat::s32, 2, 48'000}, 1);
  const Counter other({SampleFormat::s32, 2, 48'000}, 2);
  EXPECT_NE(counter.sample_bits(5, 0), other.sample_bits(5, 0));
  EXPECT_NE(counter.sample_bits(5, 0), counter.sample_bits(6, 0));
  EXPECT_NE(counter.sample_bits(5, 0), counter.sample_bits(5, 1));
}

TEST(Counter, HasNoPeriodOf65536Frames) {
  const Counter counter({SampleFormat::s16, 1, 48'000}, kDefaultSeed);
  int equal = 0;
  for (std::uint64_t frame = 0; frame < 65'536; ++frame) {
    if (counter.sample_bits(frame, 0) == counter.sample_bits(frame + 65'536, 0)) ++equal;
  }
  EXPECT_LT(equal, 20);  // by chance: one
}

TEST(Counter, ChannelsOfOneFrameDiffer) {
  const Counter counter({SampleFormat::s32, 64, 192'000}, kDefaultSeed);
  for (std::uint64_t frame = 0; frame < 1'000; ++frame) {
    std::set<std::uint32_t> seen;
    for (std::uint32_t channel = 0; channel < 64; ++channel) {
      seen.insert(counter.sample_bits(frame, channel));
    }
    EXPECT_EQ(seen.size(), 64U);
  }
}

}  // namespace
}  // namespace ringproc::tool
