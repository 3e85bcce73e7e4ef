// Recordings that hold silence in the place of lost frames, and what verify finds wrong in them.
#include "silent_view.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "recorded.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kFormat{SampleFormat::s16, 3, 48'000};

class Silence : public testing::Test {
 protected:
  void silence(const FrameRange& range) {
    for (std::uint64_t frame = range.start; frame < range.end(); ++frame) {
      std::ranges::fill(recorded.frame(frame), std::byte{0});
    }
  }
  [[nodiscard]] CheckReport check(const std::vector<FrameRange>& lost, bool complete = true,
                                  bool may_be_cut = false) {
    return check_recording(recorded, counter, {lost, complete, may_be_cut});
  }

  Counter counter{kFormat, kDefaultSeed};
  Recorded recorded{kFormat, 10'000};
};

TEST_F(Silence, WhereFramesWereLostIsAGap) {
  silence({100, 50});
  silence({5'000, 1});
  silence({9'000, 1'000});
  const CheckReport report = check({{100, 50}, {5'000, 1}, {9'000, 1'000}});
  EXPECT_TRUE(report.only_gaps());
  EXPECT_EQ(report.gaps, (std::vector<FrameRange>{{100, 50}, {5'000, 1}}));
  EXPECT_EQ(report.frames, 8'949U);
  EXPECT_EQ(report.silence->frames, 1'051U);
  EXPECT_EQ(report.silence->missing, 0U);
  EXPECT_FALSE(report.silence->first_sounding);
}

TEST_F(Silence, ThatSoundsIsNamed) {
  silence({100, 50});
  recorded.frame(120)[5] = std::byte{1};
  EXPECT_EQ(check({{100, 50}}).silence->first_sounding, 120U);
}

TEST_F(Silence, NobodyToldOfIsWrong) {
  silence({100, 50});
  silence({200, 10});
  const CheckReport report = check({{100, 50}});
  EXPECT_FALSE(report.only_gaps());
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[1].damage, Damage::wrong);
  EXPECT_EQ(report.findings[1].byte_offset, 200 * kFormat.frame_bytes());
}

TEST_F(Silence, ThatIsTooLongIsWrong) {
  silence({100, 50});
  EXPECT_FALSE(check({{100, 49}}).only_gaps());
  EXPECT_FALSE(check({{101, 49}}).only_gaps());
}

TEST_F(Silence, MissingAtTheEndIsMissed) {
  EXPECT_EQ(check({{9'999, 3}, {20'000, 1}}).silence->missing, 3U);
  EXPECT_EQ(check({{10'000, 3}}, true, true).silence->missing, 0U);
}

TEST_F(Silence, IsFoundWhereTheListIsNotComplete) {
  silence({100, 50});
  silence({300, 1});
  silence({400, 20});
  const CheckReport report = check({{100, 50}, {300, 120}}, false);
  EXPECT_TRUE(report.only_gaps());
  EXPECT_EQ(report.gaps, (std::vector<FrameRange>{{100, 50}, {300, 1}, {400, 20}}));
}

TEST_F(Silence, IsLeftOutOfReadsAcrossIt) {
  silence({10, 5});
  silence({20, 5});
  SilentView view(recorded, counter, {{{10, 5}, {20, 5}}});
  const std::size_t frame = kFormat.frame_bytes();
  EXPECT_EQ(view.size(), 9'990 * frame);
  const auto found = view.read(8 * frame, 10 * frame);
  std::vector<std::byte> expected(2 * frame);
  counter.fill(8, expected);
  std::vector<std::byte> more(5 * frame);
  counter.fill(15, more);
  expected.insert(expected.end(), more.begin(), more.end());
  more.resize(3 * frame);
  counter.fill(25, more);
  expected.insert(expected.end(), more.begin(), more.end());
  EXPECT_EQ(std::vector<std::byte>(found.begin(), found.end()), expected);
  EXPECT_EQ(view.whole_offset(10 * frame), 15 * frame);
}

}  // namespace
}  // namespace ringproc::tool
