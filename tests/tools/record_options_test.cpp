// The command line in numbers, and where the parts of a file lie.
#include "record_options.hpp"

#include <gtest/gtest.h>

#include "wave_layout.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kWide{SampleFormat::s32, 64, 192'000};

RecordArguments arguments() {
  RecordArguments given;
  given.output = "take.wav";
  given.source = "counter";
  given.channels = 2;
  given.rate = 48'000;
  given.format = "s16";
  return given;
}

TEST(RecordOptions, TheRingIsATimeOrASize) {
  EXPECT_EQ(parse_ring("10s", kWide), 491'520'000U);
  EXPECT_EQ(parse_ring("500ms", kWide), 24'576'000U);
  EXPECT_EQ(parse_ring("0.5s", kWide), 24'576'000U);
  EXPECT_EQ(parse_ring("64M", kWide), 64U * 1024 * 1024);
  EXPECT_EQ(parse_ring("2G", kWide), std::uint64_t{2} * 1024 * 1024 * 1024);
  EXPECT_EQ(parse_ring("100K", kWide), 100U * 1024);
}

TEST(RecordOptions, ARingWithoutUnitOrBeyondReasonIsRefused) {
  for (const char* text :
       {"", "10", "s", "10x", "10sm", "-1s", "0s", "nan s", "infs", "1e300s", "1025G"}) {
    EXPECT_THROW(static_cast<void>(parse_ring(text, kWide)), UsageError) << text;
  }
}

TEST(RecordOptions, ALiveSourceDecidesWhatIsLeftToIt) {
  RecordArguments given;
  given.output = "take.wav";
  given.source = "jack";
  EXPECT_NO_THROW(static_cast<void>(checked(given)));
  const LiveFacts facts{8, 96'000, 256, "a server", true};
  const RecordOptions options = checked(given, &facts);
  EXPECT_EQ(options.format, (AudioFormat{SampleFormat::f32, 8, 96'000}));
  EXPECT_EQ(options.period_frames, 256U);
  EXPECT_FALSE(options.may_wait);
  EXPECT_FALSE(options.paced);
}

TEST(RecordOptions, ALiveSourcesArgumentsAreForItAlone) {
  for (const char* source : {"counter", "stdin", "portaudio"}) {
    RecordArguments given = arguments();
    given.source = source;
    given.live.ports = "system:capture_1";
    EXPECT_THROW(static_cast<void>(checked(given)), UsageError) << source;
  }
  for (const char* source : {"jack", "portaudio"}) {
    RecordArguments given = arguments();
    given.source = source;
    given.procedure = "dos";
    EXPECT_THROW(static_cast<void>(checked(given)), UsageError) << source;
    given.procedure = "ring";
    given.unpaced = true;
    EXPECT_THROW(static_cast<void>(checked(given)), UsageError) << source;
  }
}

TEST(RecordOptions, WhatNobodyElseDecidesIsRequired) {
  for (int missing = 0; missing < 4; ++missing) {
    RecordArguments given = arguments();
    if (missing == 0) given.channels.reset();
    if (missing == 1) given.rate.reset();
    if (missing == 2) given.format.clear();
    if (missing == 3) given.output.clear();
    EXPECT_THROW(static_cast<void>(checked(given)), UsageError) << missing;
  }
}

TEST(RecordOptions, DefaultsFitTheSource) {
  RecordArguments given = arguments();
  EXPECT_TRUE(checked(given).paced);
  EXPECT_EQ(checked(given).period_frames, 64U);
  given.source = "stdin";
  EXPECT_FALSE(checked(given).paced);
  EXPECT_EQ(checked(given).period_frames, 1'024U);
}

TEST(RecordOptions, TheDefaultRingIsTenSecondsButNoMoreThanTheRecording) {
  RecordArguments given = arguments();
  EXPECT_EQ(checked(given).ring_bytes, 1'920'000U);
  given.seconds = 2;
  EXPECT_EQ(checked(given).ring_bytes, 384'000U);
}

TEST(RecordOptions, SecondsBecomeFrames) {
  RecordArguments given = arguments();
  given.seconds = 0.5;
  EXPECT_EQ(checked(given).max_frames, 24'000U);
  given.rate = 44'100;
  given.seconds = 1.0 / 3;
  EXPECT_EQ(checked(given).max_frames, 14'700U);
}

struct LayoutCase {
  AudioFormat format;
  std::uint16_t tag;
};

class WaveLayouts : public testing::TestWithParam<LayoutCase> {};

TEST_P(WaveLayouts, TheHeaderIsAsTheFormatAsks) {
  const WaveLayout layout = wave_layout(GetParam().format);
  const std::uint32_t before = layout.bext_offset + kBextBytes + 8 + layout.format_bytes;
  EXPECT_EQ(before + (layout.fact ? 12 : 0) + 8 + layout.filler_bytes + 8, kHeaderBytes);
  EXPECT_EQ(wave_format_chunk(GetParam().format).tag, GetParam().tag);
}

TEST_P(WaveLayouts, TheLargestPlainRiffEndsAtMostAt4GiBMinus2) {
  const AudioFormat& format = GetParam().format;
  const WaveLayout layout = wave_layout(format);
  const auto size = [&](std::uint64_t frames) {
    return layout.header_bytes + with_pad(frames * format.frame_bytes());
  };
  EXPECT_LE(size(layout.max_frames), kMaxFileBytes);
  EXPECT_GT(size(layout.max_frames + 1), kMaxFileBytes);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, WaveLayouts,
    testing::Values(LayoutCase{{SampleFormat::s16, 1, 48'000}, kTagPcm},
                    LayoutCase{{SampleFormat::s16, 2, 48'000}, kTagPcm},
                    LayoutCase{{SampleFormat::s16, 3, 48'000}, kTagExtensible},
                    LayoutCase{{SampleFormat::s24, 1, 48'000}, kTagExtensible},
                    LayoutCase{{SampleFormat::s24, 3, 48'000}, kTagExtensible},
                    LayoutCase{{SampleFormat::s32, 64, 192'000}, kTagExtensible},
                    LayoutCase{{SampleFormat::f32, 2, 48'000}, kTagFloat},
                    LayoutCase{{SampleFormat::f32, 3, 48'000}, kTagExtensible}));

}  // namespace
}  // namespace ringproc::tool
