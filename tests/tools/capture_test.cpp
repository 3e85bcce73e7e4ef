// The writing thread's loop, against a file that accepts, refuses and fails on demand. Unpaced: no
// clock.
#include "capture.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace ringproc::tool {
namespace {

constexpr AudioFormat kFormat{SampleFormat::s16, 2, 48'000};

// Answers the writes in the order given, then accepts; keeps the bytes it accepted.
class ScriptedTarget final : public Target {
 public:
  explicit ScriptedTarget(std::deque<Accept> answers = {})
      : Target(nullptr), answers_(std::move(answers)) {}

  void start_data() override {}
  [[nodiscard]] Accept write(std::span<const std::byte> data) override {
    ++writes;
    Accept answer = Accept::accepted;
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    if (answer == Accept::accepted) bytes.insert(bytes.end(), data.begin(), data.end());
    return answer;
  }
  [[nodiscard]] bool flush() override { return true; }
  [[nodiscard]] TargetMarks marks() override { return {}; }
  [[nodiscard]] TargetStats stats() override { return {}; }
  [[nodiscard]] std::optional<TargetFailure> failure() override { return std::nullopt; }

  std::vector<std::byte> bytes;
  int writes = 0;

 private:
  std::deque<Accept> answers_;
};

// Ends after so many frames, in one of the ways a source can.
class EndingSource final : public Source {
 public:
  EndingSource(std::uint64_t frames, SourceState end) : frames_(frames), end_(end) {}

  [[nodiscard]] Filled fill(std::uint64_t first_frame, std::span<std::byte> period) override {
    const std::uint64_t wanted = period.size() / kFormat.frame_bytes();
    const std::uint64_t given = std::min(wanted, frames_ - first_frame);
    return {given, given < wanted ? end_ : SourceState::going_on};
  }

 private:
  std::uint64_t frames_;
  SourceState end_;
};

CaptureSettings settings(std::uint64_t max_frames, std::uint64_t max_file_frames = 1'000'000) {
  return {kFormat, max_frames, max_file_frames, 64, false};
}

std::vector<std::byte> produced(std::uint64_t first, std::uint64_t frames) {
  std::vector<std::byte> bytes(frames * kFormat.frame_bytes());
  Counter(kFormat, kDefaultSeed).fill(first, bytes);
  return bytes;
}

TEST(Capture, WritesOncePerPeriodAndTheRestAtTheEnd) {
  ScriptedTarget target;
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(1'000), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::complete);
  EXPECT_EQ(target.writes, 16);
  EXPECT_EQ(target.bytes, produced(0, 1'000));
  EXPECT_EQ(capture.write_ns().count(), 16U);
}

// A server's callback brings as many frames as it likes.
TEST(Capture, TakesWhatACallbackBringsUpToTheFramesAskedFor) {
  ScriptedTarget target;
  Capture capture(settings(200), target);
  EXPECT_EQ(capture.take(produced(0, 100)), std::nullopt);
  EXPECT_EQ(capture.take(produced(100, 50)), std::nullopt);
  EXPECT_EQ(capture.take(produced(150, 100)), CaptureEnd::complete);
  EXPECT_EQ(target.bytes, produced(0, 200));
  EXPECT_EQ(capture.captured_frames(), 200U);
}

TEST(Capture, TakesNothingMoreOnceItIsStoppedOrTheFileIsFull) {
  ScriptedTarget target;
  Capture capture(settings(1'000, 70), target);
  EXPECT_EQ(capture.take(produced(0, 100)), CaptureEnd::size_limit);
  EXPECT_EQ(target.bytes, produced(0, 70));
  Capture stopped(settings(1'000), target);
  stopped.stop();
  EXPECT_EQ(stopped.take(produced(70, 10)), CaptureEnd::stopped);
  EXPECT_EQ(target.bytes, produced(0, 70));
}

TEST(Capture, ARefusedPeriodIsLostAndItsNumbersAreSkipped) {
  ScriptedTarget target({Accept::accepted, Accept::refused, Accept::refused, Accept::accepted});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(256), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::complete);
  EXPECT_EQ(capture.captured_frames(), 256U);
  EXPECT_EQ(capture.accepted_frames(), 128U);
  EXPECT_EQ(capture.losses().ranges(), (std::vector<FrameRange>{{64, 128}}));
  auto expected = produced(0, 64);
  const auto tail = produced(192, 64);
  expected.insert(expected.end(), tail.begin(), tail.end());
  EXPECT_EQ(target.bytes, expected);
}

TEST(Capture, AFailedWriteEndsIt) {
  ScriptedTarget target({Accept::accepted, Accept::failed});
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(1'000), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::write_failed);
  EXPECT_EQ(capture.accepted_frames(), 64U);
  EXPECT_EQ(capture.captured_frames(), 128U);
  EXPECT_EQ(capture.losses().frames(), 0U);
}

TEST(Capture, StopsWhereTheFileIsFull) {
  ScriptedTarget target;
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(1'000, 100), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::size_limit);
  EXPECT_EQ(capture.accepted_frames(), 100U);
}

TEST(Capture, AFileThatHoldsExactlyWhatWasAskedForIsComplete) {
  ScriptedTarget target;
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(100, 100), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::complete);
}

TEST(Capture, StopsWhenTold) {
  ScriptedTarget target;
  CounterSource source(kFormat, kDefaultSeed);
  Capture capture(settings(1'000), target);
  capture.stop();
  EXPECT_EQ(capture.run(source), CaptureEnd::stopped);
  EXPECT_EQ(target.writes, 0);
}

TEST(Capture, KeepsTheWholeFramesOfAnEndingSource) {
  ScriptedTarget target;
  EndingSource source(70, SourceState::ended);
  Capture capture(settings(1'000), target);
  EXPECT_EQ(capture.run(source), CaptureEnd::end_of_input);
  EXPECT_EQ(capture.accepted_frames(), 70U);
}

TEST(Capture, TellsACutFrameFromAFailedSource) {
  ScriptedTarget target;
  EndingSource cut(70, SourceState::cut_frame);
  EndingSource failed(70, SourceState::failed);
  EXPECT_EQ(Capture(settings(1'000), target).run(cut), CaptureEnd::cut_frame);
  EXPECT_EQ(Capture(settings(1'000), target).run(failed), CaptureEnd::source_failed);
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

}  // namespace
}  // namespace ringproc::tool
