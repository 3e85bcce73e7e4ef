// Channels into frames, for each sample format.
#include "interleave.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>

namespace ringproc::tool {
namespace {

// The one sample of a mono frame as stored.
std::int32_t stored(SampleFormat format, float sample) {
  const std::array<const float*, 1> channels = {&sample};
  std::uint32_t bits = 0;
  interleave(format, channels, 0, 1, reinterpret_cast<std::byte*>(&bits));
  const auto unused = 32 - static_cast<int>(8 * sample_bytes(format));
  return static_cast<std::int32_t>(bits << unused) >> unused;
}

TEST(Interleave, PutsTheChannelsOfAFrameSideBySide) {
  const std::array<float, 3> left = {0.25F, 0.5F, -1.0F};
  const std::array<float, 3> right = {-0.25F, -0.5F, 0.75F};
  const std::array<const float*, 2> channels = {left.data(), right.data()};
  std::array<float, 4> frames{};
  interleave(SampleFormat::f32, channels, 1, 2, reinterpret_cast<std::byte*>(frames.data()));
  EXPECT_EQ(frames, (std::array<float, 4>{0.5F, -0.5F, -1.0F, 0.75F}));
  std::array<std::int16_t, 4> whole{};
  interleave(SampleFormat::s16, channels, 1, 2, reinterpret_cast<std::byte*>(whole.data()));
  EXPECT_EQ(whole, (std::array<std::int16_t, 4>{16'384, -16'384, -32'768, 24'576}));
}

TEST(Interleave, KeepsEveryIntegerThatAFloatHolds) {
  for (const std::int32_t value : {0, 1, -1, 255, -12'345, 8'388'607, -8'388'608}) {
    EXPECT_EQ(stored(SampleFormat::s24, static_cast<float>(value) / 8'388'608.0F), value);
  }
  for (const std::int32_t value : {0, 1, -1, 12'345, 32'767, -32'768}) {
    EXPECT_EQ(stored(SampleFormat::s16, static_cast<float>(value) / 32'768.0F), value);
  }
}

TEST(Interleave, ClipsWhatIsTooLoudAndSilencesWhatIsNoNumber) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float loud : {1.0F, 1.5F, kInfinity}) {
    EXPECT_EQ(stored(SampleFormat::s16, loud), 32'767);
    EXPECT_EQ(stored(SampleFormat::s24, loud), 8'388'607);
    EXPECT_EQ(stored(SampleFormat::s32, loud), std::numeric_limits<std::int32_t>::max());
  }
  for (const float loud : {-1.0F, -1.5F, -kInfinity}) {
    EXPECT_EQ(stored(SampleFormat::s16, loud), -32'768);
    EXPECT_EQ(stored(SampleFormat::s24, loud), -8'388'608);
    EXPECT_EQ(stored(SampleFormat::s32, loud), std::numeric_limits<std::int32_t>::min());
  }
  EXPECT_EQ(stored(SampleFormat::s24, std::numeric_limits<float>::quiet_NaN()), 0);
}

}  // namespace
}  // namespace ringproc::tool
