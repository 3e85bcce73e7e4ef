// When operations of an open loop are due.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "measure/schedule.hpp"

namespace ringproc::tool::measure {
namespace {

using os::Clock;

constexpr Arrival kFixed{Arrival::Kind::fixed, 1'000};
constexpr Arrival kPoisson{Arrival::Kind::poisson, 1'000};

Clock::time_point at(double seconds) {
  return Clock::time_point() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::vector<std::int64_t> due_ns(Schedule schedule, std::size_t count) {
  std::vector<std::int64_t> moments;
  for (std::size_t i = 0; i < count; ++i) {
    moments.push_back(std::chrono::nanoseconds(schedule.next().time_since_epoch()).count());
  }
  return moments;
}

Schedule of(const Arrival& arrival, unsigned caller = 0, unsigned callers = 1,
            std::uint64_t seed = 1) {
  return {arrival, caller, callers, seed, Clock::time_point()};
}

TEST(BenchSchedule, AFixedRateIsDueAtEvenIntervalsFromTheStart) {
  const auto moments = due_ns(of(kFixed), 10'000);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(moments[i]), static_cast<double>(i) * 1e6, 1.0) << i;
  }
}

// Else a turn would have one operation more than its rate and its time say.
TEST(BenchSchedule, TheEndOfATurnIsDueExactly) {
  const auto moments = due_ns(of({Arrival::Kind::fixed, 3'000}), 6'001);
  EXPECT_EQ(moments.back(), 2'000'000'000);
}

TEST(BenchSchedule, CallersOfAFixedRateTakeTurns) {
  std::vector<std::int64_t> all;
  for (unsigned caller = 0; caller < 4; ++caller) {
    for (const auto moment : due_ns(of(kFixed, caller, 4), 100)) all.push_back(moment);
  }
  std::ranges::sort(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(all[i]), static_cast<double>(i) * 1e6, 1.0) << i;
  }
}

TEST(BenchSchedule, RandomMomentsHaveTheRateAsked) {
  constexpr std::size_t kCount = 100'000;
  for (const unsigned callers : {1U, 4U}) {
    const auto last = due_ns(of(kPoisson, 0, callers), kCount).back();
    // The mean of so many exponential gaps is off by 0.3 % (one standard deviation).
    EXPECT_NEAR(static_cast<double>(last) / kCount, 1e6 * callers, 2e4 * callers);
  }
}

TEST(BenchSchedule, GapsOfRandomMomentsSpreadAsMuchAsTheirMean) {
  const auto moments = due_ns(of(kPoisson), 100'000);
  double squares = 0;
  for (std::size_t i = 1; i < moments.size(); ++i) {
    squares += std::pow(static_cast<double>(moments[i] - moments[i - 1]) - 1e6, 2);
  }
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(moments.size())), 1e6, 5e4);
}

TEST(BenchSchedule, TheSameSeedMeansTheSameMoments) {
  EXPECT_EQ(due_ns(of(kPoisson, 2, 4, 7), 100), due_ns(of(kPoisson, 2, 4, 7), 100));
}

TEST(BenchSchedule, OtherSeedsAndOtherCallersHaveOtherMoments) {
  const auto one = due_ns(of(kPoisson, 0, 4, 7), 10);
  EXPECT_NE(one, due_ns(of(kPoisson, 0, 4, 8), 10));
  EXPECT_NE(one, due_ns(of(kPoisson, 1, 4, 7), 10));
}

TEST(BenchSchedule, RandomMomentsOnlyGoForward) {
  const auto moments = due_ns(of(kPoisson), 10'000);
  EXPECT_TRUE(std::ranges::is_sorted(moments));
  EXPECT_GT(moments.front(), 0);
}

TEST(BenchSchedule, AClosedLoopIsDueNow) {
  Schedule schedule = of(Arrival{});
  const auto before = Clock::now();
  const auto due = schedule.next();
  EXPECT_GE(due, before);
  EXPECT_LE(due, Clock::now());
}

TEST(BenchSchedule, WaitingEndsNoEarlierThanAsked) {
  for (const bool exact : {false, true}) {
    const auto when = Clock::now() + std::chrono::microseconds(300);
    wait_until(when, exact);
    EXPECT_GE(Clock::now(), when);
  }
}

TEST(BenchSchedule, WhatIsPastIsNotWaitedFor) {
  wait_until(at(0), true);  // long ago: would it wait, the test would hang
  wait_until(Clock::now() - std::chrono::hours(1), false);
}

}  // namespace
}  // namespace ringproc::tool::measure
