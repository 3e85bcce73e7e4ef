// The ranges of frames that are missing, kept by the writing thread without allocating, and read by
// any other while it goes on.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "frame_range.hpp"

namespace ringproc::tool {

class LossList {
 public:
  static constexpr std::size_t kMaxRanges = 65'536;

  // Touches the memory, so that the writing thread meets no page fault.
  explicit LossList(std::size_t max_ranges = kMaxRanges)
      : max_ranges_(max_ranges), entries_(std::make_unique<Entry[]>(max_ranges)) {}

  // Of what was added last. Threads: the one that adds.
  [[nodiscard]] std::uint64_t end() const { return own_last().end(); }

  // Requires: start is at or behind the end of what was added before. Threads: one. Blocks: never.
  void add(std::uint64_t start, std::uint64_t length) {
    const FrameRange last = own_last();
    if (last.length > 0 && last.end() == start) {
      lengthen(last.length + length);
    } else if (!push(start, length)) {
      // relaxed: who sees the longer range, by acquire, sees this too.
      complete_.store(false, std::memory_order_relaxed);
      lengthen(start + length - last.start);
    }
    frames_.store(frames_.load(std::memory_order_relaxed) + length, std::memory_order_release);
  }

  // Never more than what ranges() tells afterwards. Threads: any. Blocks: never.
  [[nodiscard]] std::uint64_t frames() const { return frames_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_acquire); }

  // By rising number. Threads: any, but only the last range may grow meanwhile. Allocates.
  [[nodiscard]] std::vector<FrameRange> ranges(std::size_t first = 0) const {
    std::vector<FrameRange> ranges;
    const std::size_t count = count_.load(std::memory_order_acquire);
    for (std::size_t i = first; i < count; ++i) {
      ranges.push_back({entries_[i].start, entries_[i].length.load(std::memory_order_acquire)});
    }
    return ranges;
  }

  // False: the last range also covers frames that were not lost, because there was no room for more
  // ranges. Asked after ranges() it holds for what that returned. Threads: any.
  [[nodiscard]] bool complete() const { return complete_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::uint64_t start = 0;               // set before the count covers it
    std::atomic<std::uint64_t> length{0};  // grows in the last entry
  };

  // relaxed in these: the writing thread's own.
  [[nodiscard]] FrameRange own_last() const {
    const std::size_t count = count_.load(std::memory_order_relaxed);
    if (count == 0) return {};
    const Entry& last = entries_[count - 1];
    return {last.start, last.length.load(std::memory_order_relaxed)};
  }
  void lengthen(std::uint64_t length) {
    Entry& last = entries_[count_.load(std::memory_order_relaxed) - 1];
    last.length.store(length, std::memory_order_release);
  }
  [[nodiscard]] bool push(std::uint64_t start, std::uint64_t length) {
    const std::size_t count = count_.load(std::memory_order_relaxed);
    if (count == max_ranges_) return false;
    entries_[count].start = start;
    entries_[count].length.store(length, std::memory_order_relaxed);  // published by the count
    count_.store(count + 1, std::memory_order_release);
    return true;
  }

  const std::size_t max_ranges_;
  const std::unique_ptr<Entry[]> entries_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<bool> complete_{true};
};

}  // namespace ringproc::tool
