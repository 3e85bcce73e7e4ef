// The gate between a source's callback and the capture: what passes, and that it shuts for good.
#include "live_feed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

namespace ringproc::tool {
namespace {

constexpr AudioFormat kFormat{SampleFormat::f32, 2, 48'000};
constexpr std::size_t kPeriod = 64;
constexpr std::uint64_t kNoLimit = 1'000'000'000;

// Keeps everything.
class KeepingTarget final : public Target {
 public:
  KeepingTarget() : Target(nullptr) {}

  void start_data(std::uint64_t) override {}
  [[nodiscard]] bool patch(std::span<const std::byte>, std::uint64_t) override { return true; }
  [[nodiscard]] Accept write(std::span<const std::byte> data) override {
    bytes.insert(bytes.end(), data.begin(), data.end());
    return Accept::accepted;
  }
  [[nodiscard]] bool flush() override { return true; }
  [[nodiscard]] TargetMarks marks() override { return {}; }
  [[nodiscard]] TargetStats stats() override { return {}; }
  [[nodiscard]] std::optional<TargetFailure> failure() override { return std::nullopt; }

  std::vector<std::byte> bytes;
};

// run() in a thread of its own, as in a recording; the test is the source's callback.
class LiveFeedTest : public testing::Test {
 protected:
  void start(std::uint64_t max_frames = kNoLimit) {
    capture_.emplace(CaptureSettings{kFormat, max_frames, kNoLimit, kPeriod, false}, target_);
    runner_ = std::thread([this] {
      end_ = feed_.run(*capture_, kFormat, kPeriod, [this] { return failed_.load(); });
      ended_ = true;
    });
  }
  ~LiveFeedTest() override {
    if (capture_) capture_->stop();
    if (runner_.joinable()) runner_.join();
  }

  // Waits for the gate. Returns: false if the run has ended.
  [[nodiscard]] bool enter() {
    while (!feed_.enter()) {
      if (ended_) return false;
      std::this_thread::yield();
    }
    return true;
  }
  // So many frames that count on from those before, channel 1 negative; and out again.
  void bring(std::size_t frames) {
    std::vector<float> left(frames);
    std::vector<float> right(frames);
    for (std::size_t i = 0; i < frames; ++i) {
      left[i] = static_cast<float>(brought_++);
      right[i] = -left[i];
    }
    const std::array<const float*, 2> channels = {left.data(), right.data()};
    feed_.take_planar(channels, frames);
    feed_.leave();
  }
  [[nodiscard]] CaptureEnd end() {
    runner_.join();
    return end_;
  }
  void expect_kept(std::uint64_t frames) {
    ASSERT_EQ(target_.bytes.size(), frames * kFormat.frame_bytes());
    for (std::uint64_t i = 0; i < frames; ++i) {
      std::array<float, 2> frame{};
      std::memcpy(frame.data(), &target_.bytes[i * kFormat.frame_bytes()], sizeof(frame));
      ASSERT_EQ(frame[0], static_cast<float>(i));
      ASSERT_EQ(frame[1], -static_cast<float>(i));
    }
  }

  KeepingTarget target_;
  std::optional<Capture> capture_;
  LiveFeed feed_;
  std::atomic<bool> failed_{false};

 private:
  std::thread runner_;
  std::atomic<bool> ended_{false};
  CaptureEnd end_ = CaptureEnd::write_failed;
  std::uint64_t brought_ = 0;
};

TEST_F(LiveFeedTest, IsShutBeforeAndAfterTheRun) {
  EXPECT_FALSE(feed_.enter());
  start(kPeriod);
  ASSERT_TRUE(enter());
  bring(kPeriod);
  EXPECT_EQ(end(), CaptureEnd::complete);
  EXPECT_FALSE(feed_.enter());
  expect_kept(kPeriod);
}

TEST_F(LiveFeedTest, KeepsPeriodsOfAnyLength) {
  start(1'000);
  for (const std::size_t frames : {64U, 1U, 300U, 63U, 128U, 1'000U}) {
    ASSERT_TRUE(enter());
    bring(frames);
  }
  EXPECT_EQ(end(), CaptureEnd::complete);
  expect_kept(1'000);
}

TEST_F(LiveFeedTest, StopsAfterThePeriodThatIsPassing) {
  start();
  ASSERT_TRUE(enter());
  bring(kPeriod);
  ASSERT_TRUE(enter());
  capture_->stop();
  // Whether the capture takes it is its own affair; the run must not end while it might.
  bring(kPeriod);
  EXPECT_EQ(end(), CaptureEnd::stopped);
  EXPECT_FALSE(feed_.enter());
  expect_kept(kPeriod);
}

TEST_F(LiveFeedTest, ASourceThatFailsEndsTheRunWithWhatItBrought) {
  start();
  ASSERT_TRUE(enter());
  bring(kPeriod);
  failed_ = true;
  EXPECT_EQ(end(), CaptureEnd::source_failed);
  EXPECT_FALSE(feed_.enter());
  expect_kept(kPeriod);
}

TEST_F(LiveFeedTest, PlacesGapsOnTheSourcesClock) {
  start(3 * kPeriod);
  for (const std::uint64_t gap : {0U, 100U, 28U}) {
    ASSERT_TRUE(enter());
    if (gap > 0) feed_.note_gap(gap);
    bring(kPeriod);
  }
  EXPECT_EQ(end(), CaptureEnd::complete);
  EXPECT_EQ(feed_.gaps().ranges(), (std::vector<FrameRange>{{64, 100}, {228, 28}}));
  EXPECT_EQ(feed_.counts().gap_frames, 128U);
  expect_kept(3 * kPeriod);
}

TEST_F(LiveFeedTest, AGapThatIsKnownLateIsPlacedWhereItWas) {
  start(4 * kPeriod);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(enter());
    if (i == 2) feed_.note_gap(100, kPeriod);
    if (i == 3) feed_.note_gap(28, 2 * kPeriod);  // no further back than the one before
    bring(kPeriod);
  }
  EXPECT_EQ(end(), CaptureEnd::complete);
  EXPECT_EQ(feed_.gaps().ranges(), (std::vector<FrameRange>{{64, 128}}));
}

TEST_F(LiveFeedTest, KnowsThePeriodTakenLast) {
  start();
  const std::vector<float> one(kPeriod, 1);
  const std::vector<float> two(kPeriod, 2);
  const std::array<const float*, 2> first = {one.data(), two.data()};
  const std::array<const float*, 2> second = {one.data(), one.data()};
  ASSERT_TRUE(enter());
  EXPECT_FALSE(feed_.repeats(first, kPeriod)) << "nothing was taken yet";
  feed_.take_planar(first, kPeriod);
  EXPECT_TRUE(feed_.repeats(first, kPeriod));
  EXPECT_FALSE(feed_.repeats(second, kPeriod));
  EXPECT_FALSE(feed_.repeats(first, kPeriod - 1));
  feed_.take_planar(second, kPeriod);
  EXPECT_TRUE(feed_.repeats(second, kPeriod));
  feed_.leave();
}

}  // namespace
}  // namespace ringproc::tool
