#include "loss_notice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "units.hpp"

namespace ringproc::tool {
namespace {

constexpr std::chrono::seconds kInterval{1};

std::string length_text(std::uint64_t frames, std::uint32_t rate) {
  return duration_text(static_cast<double>(frames) * 1e9 / rate);
}

}  // namespace

std::string LossNotice::update(os::Clock::time_point now) {
  if (now < next_) return {};
  std::string text = rest();
  if (!text.empty()) next_ = now + kInterval;
  return text;
}

std::string LossNotice::rest() {
  // Again the last one that was told: it may have grown.
  std::vector<FrameRange> ranges = losses_.ranges(told_ranges_ > 0 ? told_ranges_ - 1 : 0);
  std::erase_if(ranges, [this](const FrameRange& range) { return range.end() <= told_end_; });
  if (ranges.empty()) return {};
  const std::uint64_t from = std::max(ranges.front().start, told_end_);
  const bool goes_on = told_frames_ > 0 && from == told_end_;
  std::uint64_t frames = 0;
  for (const FrameRange& range : ranges) frames += range.end() - std::max(range.start, from);
  const std::size_t places = ranges.size();
  const bool first = told_frames_ == 0;
  told_ranges_ += goes_on ? places - 1 : places;
  told_end_ = ranges.back().end();
  told_frames_ += frames;
  std::string text = fmt::format("{} from number {} on, {} into the recording: {}{} ({})",
                                 words_.what, from, moment_text(from, rate_), frames,
                                 first ? " so far" : " more", length_text(frames, rate_));
  if (places > 1) text += fmt::format(" in {} places", places);
  return text +
         (first ? fmt::format("; {}", words_.why) : fmt::format("; {} in all", told_frames_));
}

std::string moment_text(std::uint64_t frame, std::uint32_t rate) {
  const std::uint64_t seconds = frame / rate;
  const std::uint64_t ms = frame % rate * 1'000 / rate;
  if (seconds < 3'600) return fmt::format("{}:{:02}.{:03}", seconds / 60, seconds % 60, ms);
  return fmt::format("{}:{:02}:{:02}.{:03}", seconds / 3'600, seconds / 60 % 60, seconds % 60, ms);
}

}  // namespace ringproc::tool
