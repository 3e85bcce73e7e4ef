// What a read must lay over the bytes on disk: pending runs and patches that meet the range asked
// for. Plain values; one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ringproc::core {

struct Interval {
  std::uint64_t begin;
  std::uint64_t end;
  [[nodiscard]] bool empty() const noexcept { return begin >= end; }
};

inline Interval intersect(const Interval& a, const Interval& b) noexcept {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

// The parts of a range that nothing in memory covers: they come from the disk.
class Gaps {
 public:
  explicit Gaps(const Interval& range) {
    if (!range.empty()) gaps_.push_back(range);
  }

  void cover(const Interval& by) {
    if (by.empty()) return;
    std::vector<Interval> left;
    for (const Interval& gap : gaps_) {
      if (intersect(gap, by).empty()) {
        left.push_back(gap);
        continue;
      }
      if (gap.begin < by.begin) left.push_back({gap.begin, by.begin});
      if (by.end < gap.end) left.push_back({by.end, gap.end});
    }
    gaps_ = std::move(left);
  }

  [[nodiscard]] const std::vector<Interval>& list() const noexcept { return gaps_; }

 private:
  std::vector<Interval> gaps_;
};

}  // namespace ringproc::core
