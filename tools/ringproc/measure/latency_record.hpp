// What one caller saw in one turn of a case, in fio's words: submission (the write call),
// completion (from there until durable), total (both, from the moment the operation was due). One
// thread records, without allocating; merge and read after it has ended.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/histogram.hpp"
#include "os.hpp"

namespace ringproc::tool::measure {

using core::Histogram;
using os::Clock;

// Totals by the time at which operations ended, in equal parts of the turn; coarse, to be looked
// at.
class OverTime {
 public:
  using Part = core::LogLinearHistogram<4>;
  static constexpr std::size_t kParts = 20;

  void begin(Clock::time_point start, Clock::duration length) {
    start_ = start;
    part_ = std::max<Clock::duration>(length / kParts, std::chrono::nanoseconds(1));
  }
  // What ends late, in an open loop, counts to the last part.
  void record(Clock::time_point end, std::uint64_t total_ns) noexcept {
    const auto index = static_cast<std::size_t>(std::max<Clock::rep>(0, (end - start_) / part_));
    parts_[std::min(index, kParts - 1)].record(total_ns);
  }
  void merge(const OverTime& other) noexcept {
    for (std::size_t i = 0; i < kParts; ++i) parts_[i].merge(other.parts_[i]);
  }
  [[nodiscard]] const Part& part(std::size_t index) const { return parts_[index]; }
  [[nodiscard]] Clock::duration part_length() const { return part_; }

 private:
  Clock::time_point start_;
  Clock::duration part_{1};
  std::array<Part, kParts> parts_{};
};

struct LatencyRecord {
  Histogram submission;
  Histogram completion;  // operation flush only
  Histogram total;
  Histogram start_delay;  // open loops: from when it was due until it began
  OverTime over_time;

  struct Moments {
    Clock::time_point due;
    Clock::time_point begin;
    Clock::time_point submitted;
    Clock::time_point end;
  };
  void record(const Moments& at, bool flushed, bool scheduled) noexcept {
    const auto ns = [](Clock::duration length) {
      return static_cast<std::uint64_t>(
          std::max<std::chrono::nanoseconds::rep>(0, std::chrono::nanoseconds(length).count()));
    };
    const std::uint64_t all = ns(at.end - at.due);
    submission.record(ns(at.submitted - at.begin));
    if (flushed) completion.record(ns(at.end - at.submitted));
    if (scheduled) start_delay.record(ns(at.begin - at.due));
    total.record(all);
    over_time.record(at.end, all);
  }
  void merge(const LatencyRecord& other) noexcept {
    submission.merge(other.submission);
    completion.merge(other.completion);
    total.merge(other.total);
    start_delay.merge(other.start_delay);
    over_time.merge(other.over_time);
  }
};

}  // namespace ringproc::tool::measure
