#include "silent_view.hpp"

#include <algorithm>
#include <iterator>

namespace ringproc::tool {
namespace {

constexpr std::uint64_t kReadBytes = 256 * 1024;

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

SilentView::SilentView(RecordingView& whole, const Counter& counter,
                       const ExpectedSilence& expected)
    : whole_(whole), frame_bytes_(counter.format().frame_bytes()) {
  std::vector<FrameRange> ranges = expected.ranges;
  if (!expected.complete && !ranges.empty()) {
    const FrameRange last = ranges.back();
    ranges.pop_back();
    std::ranges::copy(zeros_within(last, counter), std::back_inserter(ranges));
  }
  const std::uint64_t file_frames = whole_.size() / frame_bytes_;
  for (const FrameRange& range : ranges) {
    const std::uint64_t end = std::min(range.end(), file_frames);
    const std::uint64_t there = end > range.start ? end - range.start : 0;
    if (!expected.may_be_cut) report_.missing += range.length - there;
    if (there == 0) continue;
    judge({range.start, there});
    leave_out({range.start, there});
  }
}

std::uint64_t SilentView::whole_offset(std::uint64_t offset) const {
  return offset + part_at(offset)->left_out;
}

// Contiguous in most cases; a copy where something is left out in between.
std::span<const std::byte> SilentView::read(std::uint64_t offset, std::size_t length) {
  if (offset >= size()) return {};
  auto part = part_at(offset);
  const auto next = std::next(part);
  if (next == parts_.end() || offset + length <= next->offset) {
    return whole_.read(offset + part->left_out, length);
  }
  buffer_.clear();
  while (length > 0 && part != parts_.end()) {
    const auto following = std::next(part);
    const std::size_t count =
        following == parts_.end()
            ? length
            : static_cast<std::size_t>(std::min<std::uint64_t>(length, following->offset - offset));
    const auto found = whole_.read(offset + part->left_out, count);
    buffer_.insert(buffer_.end(), found.begin(), found.end());
    if (found.size() < count) break;
    offset += count;
    length -= count;
    part = following;
  }
  return buffer_;
}

bool SilentView::is_zeros(std::uint64_t offset, std::uint64_t length) {
  while (length > 0) {
    const auto found = whole_.read(offset, static_cast<std::size_t>(std::min(length, kReadBytes)));
    if (found.empty() || !all_zero(found)) return false;
    offset += found.size();
    length -= found.size();
  }
  return true;
}

// A frame that the counter makes of zeros counts as recorded.
std::vector<FrameRange> SilentView::zeros_within(const FrameRange& range, const Counter& counter) {
  std::vector<FrameRange> found;
  std::vector<std::byte> produced(static_cast<std::size_t>(frame_bytes_));
  const std::uint64_t end = std::min(range.end(), whole_.size() / frame_bytes_);
  for (std::uint64_t frame = range.start; frame < end; ++frame) {
    if (!is_zeros(frame * frame_bytes_, frame_bytes_)) continue;
    counter.fill(frame, produced);
    if (all_zero(produced)) continue;
    if (!found.empty() && found.back().end() == frame) {
      ++found.back().length;
    } else {
      found.push_back({frame, 1});
    }
  }
  return found;
}

std::vector<SilentView::Part>::const_iterator SilentView::part_at(std::uint64_t offset) const {
  return std::prev(std::ranges::upper_bound(parts_, offset, {}, &Part::offset));
}

void SilentView::leave_out(const FrameRange& range) {
  const std::uint64_t offset = range.start * frame_bytes_ - left_out_;
  left_out_ += range.length * frame_bytes_;
  if (parts_.back().offset == offset) {
    parts_.back().left_out = left_out_;
  } else {
    parts_.push_back({offset, left_out_});
  }
}

void SilentView::judge(const FrameRange& range) {
  report_.frames += range.length;
  if (report_.first_sounding || is_zeros(range.start * frame_bytes_, range.length * frame_bytes_)) {
    return;
  }
  std::uint64_t frame = range.start;
  while (frame + 1 < range.end() && is_zeros(frame * frame_bytes_, frame_bytes_)) ++frame;
  report_.first_sounding = frame;
}

}  // namespace ringproc::tool
