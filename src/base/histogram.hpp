// Counts 64-bit values (nanoseconds, mostly) in log-linear buckets, so that percentiles of millions
// of calls need fixed memory. One thread records; read it after that thread has ended, or merge
// copies. Recording never allocates. `Histogram` is the usual one.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace ringproc::core {

// Invariants, with N = 2 to the power of kBits:
//  (1) Values below N have a bucket each; every octave above is cut into N equal buckets.
//  (2) So a bucket is at most 1/N of its lowest value wide, and a percentile is at most that much
//  too high, never too low. (3) count, minimum and maximum are exact; the mean is exact up to the
//  rounding of a double.
template <unsigned kBits>
class LogLinearHistogram {
 public:
  void record(std::uint64_t value) noexcept {
    ++counts_[bucket_of(value)];
    ++count_;
    sum_ += static_cast<double>(value);
    minimum_ = std::min(minimum_, value);
    maximum_ = std::max(maximum_, value);
  }

  void merge(const LogLinearHistogram& other) noexcept {
    for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    minimum_ = std::min(minimum_, other.minimum_);
    maximum_ = std::max(maximum_, other.maximum_);
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t min() const noexcept { return count_ == 0 ? 0 : minimum_; }
  [[nodiscard]] std::uint64_t max() const noexcept { return maximum_; }
  [[nodiscard]] double mean() const noexcept {
    return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_);
  }

  // The smallest recordable value that at least `percent` of the recorded values do not exceed.
  // Returns: 0 if nothing was recorded; max() for 100.
  [[nodiscard]] std::uint64_t percentile(double percent) const noexcept {
    const double share = std::clamp(percent, 0.0, 100.0) / 100.0;
    // The rank is found in doubles; the small amount keeps 99.9 % of 1,000 at 999 despite rounding.
    const double exact = share * static_cast<double>(count_);
    const double rank = std::max(1.0, std::ceil(exact - 1e-9 * exact));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      seen += counts_[i];
      if (counts_[i] != 0 && static_cast<double>(seen) >= rank) {
        return std::clamp(highest_in(i), minimum_, maximum_);
      }
    }
    return maximum_;
  }

  // Calls visit(highest value of the bucket, count) for each bucket that is not empty, upwards; the
  // highest value that was recorded stands for its bucket.
  template <typename Visit>
  void for_each_bucket(Visit visit) const {
    for (std::size_t i = 0; i < kBuckets; ++i) {
      if (counts_[i] != 0) visit(std::min(highest_in(i), maximum_), counts_[i]);
    }
  }

 private:
  static constexpr std::size_t kPerOctave = std::size_t{1} << kBits;
  static constexpr std::size_t kBuckets = (64 - kBits + 1) * kPerOctave;

  [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < kPerOctave) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
    return std::size_t{shift} * kPerOctave + static_cast<std::size_t>(value >> shift);
  }

  [[nodiscard]] static constexpr std::uint64_t highest_in(std::size_t bucket) noexcept {
    if (bucket < kPerOctave) return bucket;
    const auto shift = static_cast<unsigned>(bucket / kPerOctave - 1);
    const std::uint64_t first = (std::uint64_t{bucket % kPerOctave} + kPerOctave) << shift;
    return first + ((std::uint64_t{1} << shift) - 1);
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  double sum_ = 0.0;
  std::uint64_t minimum_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t maximum_ = 0;
};

// A percentile is at most 0.8 % too high.
using Histogram = LogLinearHistogram<7>;

}  // namespace ringproc::core
