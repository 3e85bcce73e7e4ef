// The ranges of frames that were lost, kept by the writing thread without allocating; read after it
// has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "frame_range.hpp"

namespace ringproc::tool {

class LossList {
 public:
  static constexpr std::size_t kMaxRanges = 65'536;

  explicit LossList(std::size_t max_ranges = kMaxRanges) : max_ranges_(max_ranges) {
    ranges_.resize(
        max_ranges);  // touches the memory, so that the writing thread meets no page fault
    ranges_.clear();
  }

  // Requires: start is at or behind the end of what was added before.
  void add(std::uint64_t start, std::uint64_t length) {
    frames_ += length;
    if (!ranges_.empty() && ranges_.back().end() == start) {
      ranges_.back().length += length;
    } else if (ranges_.size() < max_ranges_) {
      ranges_.push_back({start, length});
    } else {
      ranges_.back().length = start + length - ranges_.back().start;
      complete_ = false;
    }
  }

  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] const std::vector<FrameRange>& ranges() const { return ranges_; }

  // False: the last range also covers frames that were not lost, because there was no room for more
  // ranges.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::size_t max_ranges_;
  std::vector<FrameRange> ranges_;
  std::uint64_t frames_ = 0;
  bool complete_ = true;
};

}  // namespace ringproc::tool
