// verify's judgement on damaged recordings: what it names, and that it goes on behind the damage.
#include "checker.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "recorded.hpp"

namespace ringproc::tool {
namespace {

constexpr std::uint64_t kFrames = 100'000;

class CheckerFormats : public testing::TestWithParam<AudioFormat> {
 protected:
  Recorded recorded_{GetParam(), kFrames};
};

TEST_P(CheckerFormats, AnUndamagedRecordingIsRight) {
  const CheckReport report = recorded_.check();
  EXPECT_EQ(report.right_frames, kFrames);
  EXPECT_EQ(report.next_frame, kFrames);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_TRUE(report.only_gaps());
}

TEST_P(CheckerFormats, FindsWhereALiveRecordingBegins) {
  recorded_.remove(0, 54'321);
  EXPECT_EQ(recorded_.first_frame(), 54'321U);
  const CheckReport report = recorded_.check(54'321);
  EXPECT_EQ(report.offset, 54'321U);
  EXPECT_EQ(report.next_frame, kFrames - 54'321);
  EXPECT_EQ(report.right_frames, kFrames - 54'321);
  EXPECT_TRUE(report.findings.empty());
}

TEST_P(CheckerFormats, NamesAMissingFrame) {
  recorded_.remove(50'000, 1);
  const CheckReport report = recorded_.check();
  EXPECT_EQ(report.gaps, (std::vector<FrameRange>{{50'000, 1}}));
  EXPECT_EQ(report.next_frame, kFrames);
  EXPECT_TRUE(report.only_gaps());
}

TEST_P(CheckerFormats, NamesADoubledFrame) {
  recorded_.repeat(4'321, 1);
  const CheckReport report = recorded_.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::back);
  EXPECT_EQ(report.findings[0].start, 4'321U);
  EXPECT_EQ(report.findings[0].length, 1U);
  EXPECT_TRUE(report.gaps.empty());
  EXPECT_FALSE(report.only_gaps());
}

TEST_P(CheckerFormats, NamesSwappedFrames) {
  recorded_.swap(777, 778);
  const CheckReport report = recorded_.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::swapped);
  EXPECT_EQ(report.findings[0].start, 777U);
  EXPECT_EQ(report.right_frames, kFrames - 2);
}

TEST_P(CheckerFormats, NamesAGapOf65536Frames) {
  recorded_.remove(1'000, 65'536);
  const CheckReport report = recorded_.check();
  EXPECT_EQ(report.gaps, (std::vector<FrameRange>{{1'000, 65'536}}));
  EXPECT_EQ(report.right_frames, kFrames - 65'536);
}

TEST_P(CheckerFormats, NamesAGapAtTheStart) {
  recorded_.remove(0, 640);
  const CheckReport report = recorded_.check();
  EXPECT_EQ(report.gaps, (std::vector<FrameRange>{{0, 640}}));
}

TEST_P(CheckerFormats, TheLastFrameMissingShowsInTheCount) {
  recorded_.remove(kFrames - 1, 1);
  const CheckReport report = recorded_.check();
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.next_frame, kFrames - 1);
}

TEST_P(CheckerFormats, NamesOneWrongSampleAndGoesOn) {
  recorded_.frame(31'000)[0] ^= std::byte{1};
  const CheckReport report = recorded_.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::wrong);
  EXPECT_EQ(report.findings[0].start, 31'000U);
  EXPECT_EQ(report.right_frames, kFrames - 1);
}

TEST_P(CheckerFormats, NamesTheWholeOfADamagedStretch) {
  for (std::uint64_t i = 20'000; i < 23'456; ++i) {
    for (std::byte& byte : recorded_.frame(i)) byte = std::byte{0};
  }
  const CheckReport report = recorded_.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::wrong);
  EXPECT_EQ(report.findings[0].start, 20'000U);
  EXPECT_EQ(report.findings[0].length, 3'456U);
}

TEST_P(CheckerFormats, BlocksThatChangedPlacesLeaveNoGap) {
  const std::vector<std::byte> original = recorded_.bytes();
  const std::size_t block = 64 * GetParam().frame_bytes();
  std::copy_n(original.begin() + static_cast<std::ptrdiff_t>(2 * block), block,
              recorded_.bytes().begin() + static_cast<std::ptrdiff_t>(block));
  std::copy_n(original.begin() + static_cast<std::ptrdiff_t>(block), block,
              recorded_.bytes().begin() + static_cast<std::ptrdiff_t>(2 * block));
  const CheckReport report = recorded_.check();
  EXPECT_EQ(report.findings.size(), 3U);
  EXPECT_TRUE(report.gaps.empty());
  EXPECT_EQ(report.right_frames, kFrames);
  EXPECT_FALSE(report.only_gaps());
}

TEST_P(CheckerFormats, SeveralDamagesAreAllNamed) {
  recorded_.remove(90'000, 10);
  recorded_.repeat(60'000, 64);
  recorded_.remove(30'000, 4'000);
  recorded_.frame(10)[1] ^= std::byte{0x80};
  const CheckReport report = recorded_.check();
  ASSERT_EQ(report.findings.size(), 4U);
  EXPECT_EQ(report.findings[0].damage, Damage::wrong);
  EXPECT_EQ(report.findings[2].damage, Damage::back);
  EXPECT_EQ(report.gaps, (std::vector<FrameRange>{{30'000, 4'000}, {90'000, 10}}));
}

TEST_P(CheckerFormats, ALostByteDoesNotSpoilTheRest) {
  recorded_.bytes().erase(recorded_.bytes().begin() +
                          static_cast<std::ptrdiff_t>(500 * GetParam().frame_bytes()));
  const CheckReport report = recorded_.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::cut);
  EXPECT_EQ(report.right_frames, kFrames - 1);
}

std::string format_name(const testing::TestParamInfo<AudioFormat>& info) {
  return std::string(name_of(info.param.sample)) + "x" + std::to_string(info.param.channels);
}

INSTANTIATE_TEST_SUITE_P(Formats, CheckerFormats,
                         testing::Values(AudioFormat{SampleFormat::s16, 1, 8'000},
                                         AudioFormat{SampleFormat::s16, 2, 44'100},
                                         AudioFormat{SampleFormat::s24, 1, 48'000},
                                         AudioFormat{SampleFormat::s24, 3, 48'000},
                                         AudioFormat{SampleFormat::f32, 2, 96'000},
                                         AudioFormat{SampleFormat::s32, 64, 192'000}),
                         format_name);

TEST(Checker, NamesRotatedChannels) {
  Recorded recorded({SampleFormat::s16, 6, 48'000}, 10'000);
  recorded.rotate(2'000, 3'000, 2);
  const CheckReport report = recorded.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::rotated);
  EXPECT_EQ(report.findings[0].start, 2'000U);
  EXPECT_EQ(report.findings[0].length, 3'000U);
  EXPECT_EQ(report.findings[0].amount, 2U);
}

TEST(Checker, NamesRotationOfAWholeRecording) {
  Recorded recorded({SampleFormat::s32, 64, 192'000}, 5'000);
  recorded.rotate(0, 5'000, 1);
  const CheckReport report = recorded.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::rotated);
  EXPECT_EQ(report.right_frames, 0U);
}

TEST(Checker, ALostSampleCutsOneFrame) {
  Recorded recorded({SampleFormat::s16, 4, 48'000}, 1'000);
  const auto at = recorded.bytes().begin() + 100 * 8 + 4;
  recorded.bytes().erase(at, at + 2);
  const CheckReport report = recorded.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::cut);
  EXPECT_EQ(report.findings[0].start, 100U);
  EXPECT_EQ(report.findings[0].amount, 6U);
}

TEST(Checker, AnInsertedByteIsNamed) {
  Recorded recorded({SampleFormat::s16, 4, 48'000}, 1'000);
  recorded.bytes().insert(recorded.bytes().begin() + 100 * 8, std::byte{9});
  const CheckReport report = recorded.check();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::inserted);
  EXPECT_EQ(report.right_frames, 1'000U);
}

TEST(Checker, BytesAfterTheLastWholeFrameAreCounted) {
  Recorded recorded({SampleFormat::s32, 2, 48'000}, 1'000);
  recorded.bytes().erase(recorded.bytes().end() - 3, recorded.bytes().end());
  const CheckReport report = recorded.check();
  EXPECT_EQ(report.frames, 999U);
  EXPECT_EQ(report.trailing_bytes, 5U);
  EXPECT_FALSE(report.only_gaps());
}

TEST(Checker, AnotherSeedIsNotRecognised) {
  Recorded recorded({SampleFormat::s16, 2, 48'000}, 1'000, 99);
  const Counter counter({SampleFormat::s16, 2, 48'000}, 1);
  const CheckReport report = check_recording(recorded, counter);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].damage, Damage::unrecognised);
  EXPECT_EQ(report.right_frames, 0U);
}

TEST(Checker, AnEmptyRecordingHasNoFindings) {
  Recorded recorded({SampleFormat::s16, 2, 48'000}, 0);
  const CheckReport report = recorded.check();
  EXPECT_EQ(report.frames, 0U);
  EXPECT_TRUE(report.findings.empty());
}

}  // namespace
}  // namespace ringproc::tool
