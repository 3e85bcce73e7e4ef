// What is lost when there is no room, what the three policies make of it, and how it is told.
// Unpaced: no clock.
#include "overrun.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capture.hpp"
#include "loss_notice.hpp"
#include "scripted_target.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kFormat{SampleFormat::s24, 2, 48'000};

CaptureSettings settings(OnOverrun policy, std::uint64_t frames, std::uint64_t room = 1'000'000) {
  return {kFormat, frames, room, 64, false, policy};
}

std::vector<std::byte> produced(std::uint64_t first, std::uint64_t frames) {
  std::vector<std::byte> bytes(frames * kFormat.frame_bytes());
  Counter(kFormat, kDefaultSeed).fill(first, bytes);
  return bytes;
}

std::vector<std::byte> with_silence(std::uint64_t frames, const FrameRange& silence) {
  auto bytes = produced(0, frames);
  const auto at = [&](std::uint64_t frame) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(frame * kFormat.frame_bytes());
  };
  std::fill(at(silence.start), at(silence.end()), std::byte{0});
  return bytes;
}

constexpr auto kYes = Accept::accepted;
constexpr auto kNo = Accept::refused;

TEST(Overrun, SilenceKeepsThePlaceOfWhatWasLost) {
  ScriptedTarget target({kYes, kNo, kNo, kYes});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(OnOverrun::silence, 256), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::complete);
  EXPECT_EQ(target.bytes, with_silence(256, {64, 128}));
  EXPECT_EQ(capture.accepted_frames(), 128U);
  EXPECT_EQ(capture.file_frames(), 256U);
  EXPECT_EQ(capture.progress().file_frames, 256U);
}

TEST(Overrun, SilenceAtTheEndIsNotClaimedBeforeSomethingFollows) {
  ScriptedTarget target({kYes, kNo});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(OnOverrun::silence, 128), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::complete);
  EXPECT_EQ(capture.progress().file_frames, 64U);
  EXPECT_EQ(capture.file_frames(), 128U);
}

TEST(Overrun, SilenceCountsAgainstTheFilesLimit) {
  ScriptedTarget target({kYes, kNo, kYes});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(OnOverrun::silence, 1'000, 150), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::size_limit);
  EXPECT_EQ(target.bytes, with_silence(150, {64, 64}));
}

TEST(Overrun, DroppedFramesDoNotCountAgainstTheFilesLimit) {
  ScriptedTarget target({kYes, kNo, kYes});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(OnOverrun::drop, 1'000, 150), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::size_limit);
  EXPECT_EQ(capture.accepted_frames(), 150U);
  EXPECT_EQ(capture.captured_frames(), 214U);
}

TEST(Overrun, APlaceThatCannotBeKeptFailsTheCapture) {
  ScriptedTarget target({kYes, kNo});
  target.refuse_skips = true;
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(OnOverrun::silence, 256), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::write_failed);
}

TEST(Overrun, StopEndsAtTheFirstLoss) {
  ScriptedTarget target({kYes, kYes, kNo});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(OnOverrun::stop, 1'000), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::overrun);
  EXPECT_EQ(target.bytes, produced(0, 128));
  EXPECT_EQ(capture.captured_frames(), 192U);
  EXPECT_EQ(capture.losses().ranges(), (std::vector<FrameRange>{{128, 64}}));
}

TEST(Overrun, StopEndsACallbacksCaptureToo) {
  ScriptedTarget target({kNo});
  Capture capture(settings(OnOverrun::stop, 1'000), target);
  EXPECT_EQ(capture.take(produced(0, 100)), CaptureEnd::overrun);
  EXPECT_EQ(target.writes, 1);
}

TEST(FileFrames, CountTheSilenceBeforeTheLastAcceptedFrame) {
  const std::vector<FrameRange> lost = {{10, 5}, {20, 10}};
  EXPECT_EQ(file_frames_of(0, lost), 0U);
  EXPECT_EQ(file_frames_of(10, lost), 10U);
  EXPECT_EQ(file_frames_of(11, lost), 16U);
  EXPECT_EQ(file_frames_of(15, lost), 20U);
  EXPECT_EQ(file_frames_of(16, lost), 31U);
  EXPECT_EQ(file_frames_of(7, {}), 7U);
}

TEST(FileFrames, BeginWithSilenceIfThatIsWhatWasLost) {
  EXPECT_EQ(file_frames_of(0, {{0, 5}}), 0U);
  EXPECT_EQ(file_frames_of(1, {{0, 5}}), 6U);
}

TEST(LossList, JoinsNeighbours) {
  LossList losses;
  losses.add(0, 64);
  losses.add(64, 64);
  losses.add(256, 64);
  EXPECT_EQ(losses.ranges(), (std::vector<FrameRange>{{0, 128}, {256, 64}}));
  EXPECT_EQ(losses.frames(), 192U);
  EXPECT_TRUE(losses.complete());
}

TEST(LossList, SaysWhenItCouldNotKeepThemApart) {
  LossList losses(2);
  losses.add(0, 1);
  losses.add(10, 1);
  losses.add(20, 1);
  EXPECT_EQ(losses.ranges(), (std::vector<FrameRange>{{0, 1}, {10, 11}}));
  EXPECT_EQ(losses.frames(), 3U);
  EXPECT_FALSE(losses.complete());
}

TEST(LossList, TellsOnlyWhatIsNew) {
  LossList losses;
  losses.add(0, 1);
  losses.add(10, 1);
  EXPECT_EQ(losses.ranges(1), (std::vector<FrameRange>{{10, 1}}));
  EXPECT_TRUE(losses.ranges(2).empty());
}

class LossNotices : public testing::Test {
 protected:
  [[nodiscard]] std::string after(double seconds) {
    return notice.update(start + std::chrono::duration_cast<os::Clock::duration>(
                                     std::chrono::duration<double>(seconds)));
  }

  LossList losses;
  LossNotice notice{losses, 48'000};
  os::Clock::time_point start = os::Clock::now();
};

TEST_F(LossNotices, SayNothingWhileNothingIsLost) {
  EXPECT_EQ(after(0), "");
  EXPECT_EQ(notice.rest(), "");
}

TEST_F(LossNotices, TellTheFirstLossAtOnce) {
  losses.add(96'480, 480);
  EXPECT_EQ(after(0),
            "LOST frames from number 96480 on, 0:02.010 into the recording: 480 so far (10.0 ms); "
            "the ring is full, the disk does not keep up");
  EXPECT_EQ(after(5), "");
}

TEST_F(LossNotices, TellWhatGoesOnOnceASecond) {
  losses.add(0, 48);
  EXPECT_NE(after(0), "");
  losses.add(48, 48);
  EXPECT_EQ(after(0.9), "");
  losses.add(96, 48);
  EXPECT_EQ(after(1.1),
            "LOST frames from number 48 on, 0:00.001 into the recording: 96 more (2.0 ms); 144 in "
            "all");
}

TEST_F(LossNotices, TellHowManyPlacesThereAre) {
  losses.add(0, 48);
  EXPECT_NE(after(0), "");
  losses.add(48, 48);
  losses.add(480, 48);
  EXPECT_EQ(after(1),
            "LOST frames from number 48 on, 0:00.001 into the recording: 96 more (2.0 ms) in 2 "
            "places; 144 in all");
  losses.add(960, 48);
  EXPECT_EQ(after(2),
            "LOST frames from number 960 on, 0:00.020 into the recording: 48 more (1.0 ms); 192 in "
            "all");
}

TEST_F(LossNotices, TellASourcesGapsInOtherWords) {
  LossNotice gaps(losses, 48'000, LossNotice::kGap);
  losses.add(96, 48);
  EXPECT_EQ(gaps.rest(),
            "MISSING in the source: frames from number 96 on, 0:00.002 into the recording: 48 so "
            "far (1.0 ms); by its clock it skipped them");
}

TEST_F(LossNotices, TellTheRestAtTheEnd) {
  losses.add(0, 48);
  EXPECT_NE(after(0), "");
  losses.add(48, 48);
  EXPECT_NE(notice.rest(), "");
  EXPECT_EQ(notice.rest(), "");
}

TEST(Moments, AreMinutesAndThenHours) {
  EXPECT_EQ(moment_text(0, 44'100), "0:00.000");
  EXPECT_EQ(moment_text(44'100 * 3'599 + 22'050, 44'100), "59:59.500");
  EXPECT_EQ(moment_text(44'100ULL * 36'610, 44'100), "10:10:10.000");
}

}  // namespace
}  // namespace ringproc::tool
