// The histogram: what its percentiles promise, at the edges of 64 bits too.
#include "base/histogram.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace ringproc::core {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

TEST(Histogram, IsZeroWhenNothingWasRecorded) {
  const auto histogram = std::make_unique<Histogram>();
  EXPECT_EQ(histogram->count(), 0U);
  EXPECT_EQ(histogram->min(), 0U);
  EXPECT_EQ(histogram->max(), 0U);
  EXPECT_EQ(histogram->mean(), 0.0);
  EXPECT_EQ(histogram->percentile(50), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
  const auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value <= 100; ++value) histogram->record(value);
  EXPECT_EQ(histogram->percentile(1), 1U);
  EXPECT_EQ(histogram->percentile(50), 50U);
  EXPECT_EQ(histogram->percentile(99), 99U);
  EXPECT_EQ(histogram->percentile(100), 100U);
  EXPECT_DOUBLE_EQ(histogram->mean(), 50.5);
}

TEST(Histogram, OneOutlierIsTheMaximumButNotThePercentile) {
  const auto histogram = std::make_unique<Histogram>();
  for (int i = 0; i < 999; ++i) histogram->record(10);
  histogram->record(123'456'789);
  EXPECT_EQ(histogram->percentile(99.9), 10U);
  EXPECT_EQ(histogram->percentile(99.99), 123'456'789U);
  EXPECT_EQ(histogram->max(), 123'456'789U);
  EXPECT_EQ(histogram->min(), 10U);
}

TEST(Histogram, EveryValueIsWithinOnePercentAndNeverTooLow) {
  std::mt19937_64 random(20260101);
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    const auto histogram = std::make_unique<Histogram>();
    histogram->record(value);
    histogram->record(kLargest);
    const std::uint64_t answer = histogram->percentile(50);
    EXPECT_GE(answer, value);
    EXPECT_LE(static_cast<double>(answer - value), 0.01 * static_cast<double>(value));
  }
}

TEST(Histogram, TakesTheLargestValueThereIs) {
  const auto histogram = std::make_unique<Histogram>();
  histogram->record(0);
  histogram->record(kLargest);
  EXPECT_EQ(histogram->min(), 0U);
  EXPECT_EQ(histogram->max(), kLargest);
  EXPECT_EQ(histogram->percentile(100), kLargest);
}

TEST(Histogram, PercentilesNeverFallAsThePercentageGrows) {
  const auto histogram = std::make_unique<Histogram>();
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) histogram->record(random() % 5'000'000);
  std::uint64_t last = 0;
  for (double percent = 0; percent <= 100; percent += 0.25) {
    const std::uint64_t value = histogram->percentile(percent);
    EXPECT_GE(value, last);
    last = value;
  }
  EXPECT_EQ(last, histogram->max());
}

TEST(Histogram, MergingEqualsRecordingEverythingInOne) {
  const auto left = std::make_unique<Histogram>();
  const auto right = std::make_unique<Histogram>();
  const auto both = std::make_unique<Histogram>();
  for (std::uint64_t value = 0; value < 5'000; ++value) {
    (value % 3 == 0 ? *left : *right).record(value * value);
    both->record(value * value);
  }
  left->merge(*right);
  EXPECT_EQ(left->count(), both->count());
  EXPECT_EQ(left->min(), both->min());
  EXPECT_EQ(left->max(), both->max());
  EXPECT_EQ(left->percentile(50), both->percentile(50));
  EXPECT_EQ(left->percentile(99.9), both->percentile(99.9));
}

// What is not recorded apart can be computed from the buckets: they hold everything, in order.
TEST(Histogram, BucketsHoldEverythingUpwards) {
  const auto histogram = std::make_unique<Histogram>();
  for (const std::uint64_t value : {5U, 5U, 300U, 1'000'003U}) histogram->record(value);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> buckets;
  histogram->for_each_bucket(
      [&](std::uint64_t highest, std::uint64_t count) { buckets.emplace_back(highest, count); });
  ASSERT_EQ(buckets.size(), 3U);
  EXPECT_EQ(buckets[0], std::make_pair(std::uint64_t{5}, std::uint64_t{2}));
  EXPECT_GE(buckets[1].first, 300U);
  EXPECT_LE(buckets[1].first, 303U);
  EXPECT_EQ(buckets[2], std::make_pair(std::uint64_t{1'000'003}, std::uint64_t{1}));
}

TEST(Histogram, FewerBitsAreCoarser) {
  const auto histogram = std::make_unique<LogLinearHistogram<3>>();
  for (std::uint64_t value = 1; value <= 1'000'000; ++value) histogram->record(value);
  EXPECT_GE(histogram->percentile(50), 500'000U);
  EXPECT_LE(histogram->percentile(50), 500'000U * 9 / 8);
}

}  // namespace
}  // namespace ringproc::core
