// Which calls of a JACK server bring something, and what is missing between them.
#include "cycle_clock.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace ringproc::tool {
namespace {

using Gap = CycleClock::Gap;
using Verdict = CycleClock::Verdict;

constexpr std::uint32_t kRate = 48'000;
constexpr std::uint32_t kPeriod = 64;
// A tenth of a second of them.
constexpr int kCallsToSettle = 75;
constexpr Verdict kTaken{};
constexpr Verdict kOverwritten{false, {kPeriod, kPeriod}};

// A server's clock, and samples that are told by a number.
class CycleClockTest : public testing::Test {
 protected:
  // A call while the server is `ahead` frames beyond the cycle that the call stands for.
  Verdict call(std::uint32_t ahead, int samples) {
    const Verdict verdict =
        clock_.call(time_ + ahead, kPeriod, [&] { return samples == samples_; });
    time_ += kPeriod;
    if (verdict.take) samples_ = samples;
    return verdict;
  }
  // So many calls, each with samples of its own.
  void calls(int count, std::uint32_t ahead) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(call(ahead, --other_), kTaken);
  }

  CycleClock clock_{kRate};
  std::uint32_t time_ = 0xffff'ff00;  // it wraps around in every test

 private:
  int samples_ = 0;
  int other_ = 0;
};

TEST_F(CycleClockTest, TakesEveryCallInTime) {
  calls(100, 0);
  EXPECT_EQ(clock_.rest(), Gap{});
}

TEST_F(CycleClockTest, TakesTheSameSamplesAgainInTime) {
  calls(3, 0);
  EXPECT_EQ(call(0, 1), kTaken);
  EXPECT_EQ(call(0, 1), kTaken);
}

TEST_F(CycleClockTest, ALateCallHasItsSamplesAndSoHasTheNext) {
  calls(3, 0);
  EXPECT_EQ(call(kPeriod, 1), kTaken);
  EXPECT_EQ(call(0, 2), kTaken);
  calls(200, 0);
  EXPECT_EQ(clock_.rest(), Gap{});
}

TEST_F(CycleClockTest, LatenessMayLastForSomeCalls) {
  calls(3, 0);
  calls(kCallsToSettle - 1, kPeriod);
  calls(3, 0);
  EXPECT_EQ(clock_.rest(), Gap{});
}

TEST_F(CycleClockTest, SamplesThatWereOverwrittenAreAGapBeforeThose) {
  calls(3, 0);
  EXPECT_EQ(call(kPeriod, 1), kTaken);
  EXPECT_EQ(call(0, 1), kOverwritten);
  calls(200, 0);
  EXPECT_EQ(clock_.rest(), Gap{});
}

// A recorder that was stopped for a while: called for all of it when it goes on.
TEST_F(CycleClockTest, OfManyMissedCyclesTheNewestIsTaken) {
  calls(3, 0);
  EXPECT_EQ(call(5 * kPeriod, 1), kTaken);
  for (std::uint32_t left = 5; left-- > 0;) EXPECT_EQ(call(left * kPeriod, 1), kOverwritten);
  calls(200, 0);
  EXPECT_EQ(clock_.rest(), Gap{});
}

TEST_F(CycleClockTest, WhatIsNewAmongMissedCyclesIsTaken) {
  calls(3, 0);
  EXPECT_EQ(call(3 * kPeriod, 1), kTaken);
  EXPECT_EQ(call(2 * kPeriod, 1), kOverwritten);
  EXPECT_EQ(call(kPeriod, 2), kTaken);
  EXPECT_EQ(call(0, 3), kTaken);
}

// Silence: nothing shows whether it was overwritten.
TEST_F(CycleClockTest, WhatNeverChangesIsTakenForTheLastMissedCycleOnly) {
  calls(3, 0);
  EXPECT_EQ(call(0, 1), kTaken);
  EXPECT_EQ(call(2 * kPeriod, 1), kTaken);
  EXPECT_EQ(call(kPeriod, 1), kOverwritten);
  EXPECT_EQ(call(0, 1), kTaken);
}

TEST_F(CycleClockTest, AClockThatStaysAheadHasJumped) {
  calls(3, 0);
  calls(kCallsToSettle, 1000);
  EXPECT_EQ(call(1000, 1), (Verdict{true, {1000, std::uint64_t{kCallsToSettle} * kPeriod}}));
  time_ += 1000;
  calls(200, 0);
  EXPECT_EQ(clock_.rest(), Gap{});
}

TEST_F(CycleClockTest, AJumpIsWhatLatenessLeaves) {
  calls(3, 0);
  calls(2, 1000 + kPeriod);
  calls(kCallsToSettle, 1000);
  EXPECT_EQ(call(1000, 1), (Verdict{true, {1000, std::uint64_t{kCallsToSettle + 2} * kPeriod}}));
}

TEST_F(CycleClockTest, CallsOfCyclesThatWereGivenUpAreNotTaken) {
  calls(3, 0);
  calls(kCallsToSettle, kPeriod);
  EXPECT_EQ(call(kPeriod, 1).gap.frames, kPeriod);
  EXPECT_EQ(clock_.call(time_, kPeriod, [] { return false; }), (Verdict{false, {}}));
}

TEST_F(CycleClockTest, WhatIsNotKnownAtTheEndIsAGap) {
  calls(3, 0);
  calls(2, 1000);
  EXPECT_EQ(clock_.rest(), (Gap{1000, 2 * kPeriod}));
}

TEST_F(CycleClockTest, AnotherLengthOfThePeriodIsNoJump) {
  calls(3, 0);
  EXPECT_EQ(clock_.call(time_ + 500, 2 * kPeriod, [] { return false; }), kTaken);
  EXPECT_EQ(clock_.call(time_ + 500 + 2 * kPeriod, 2 * kPeriod, [] { return false; }), kTaken);
  EXPECT_EQ(clock_.rest(), Gap{});
}

TEST_F(CycleClockTest, AnotherLengthOfThePeriodEndsWhatIsNotKnown) {
  calls(3, 0);
  calls(2, 1000);
  EXPECT_EQ(clock_.call(time_ + 1000, 2 * kPeriod, [] { return false; }),
            (Verdict{true, {1000, 2 * kPeriod}}));
  EXPECT_EQ(clock_.rest(), Gap{});
}

}  // namespace
}  // namespace ringproc::tool
