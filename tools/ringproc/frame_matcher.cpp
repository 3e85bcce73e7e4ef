#include "frame_matcher.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace ringproc::tool {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;
constexpr std::size_t kWindowBits = 96;
constexpr std::uint64_t kSpareBits = 20;  // a search may be wrong by chance once in 2^20

std::size_t bits_of(const AudioFormat& format) {
  const std::size_t bytes = format.sample == SampleFormat::f32 ? 3 : sample_bytes(format.sample);
  return 8 * bytes * format.channels;
}

bool equal_bytes(std::span<const std::byte> left, std::span<const std::byte> right) {
  return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

FrameMatcher::FrameMatcher(RecordingView& view, const Counter& counter)
    : view_(view),
      counter_(counter),
      frame_bytes_(counter.format().frame_bytes()),
      window_frames_(std::max<std::size_t>(4, kWindowBits / bits_of(counter.format()) + 1)) {
  const std::size_t frames = std::max(window_frames_, kBlockBytes / frame_bytes_);
  expected_.resize(frames * frame_bytes_);
}

std::uint64_t FrameMatcher::frames_after(std::uint64_t offset) const {
  return offset >= view_.size() ? 0 : (view_.size() - offset) / frame_bytes_;
}

std::uint64_t FrameMatcher::matching_run(std::uint64_t offset, std::uint64_t first_frame) {
  std::uint64_t run = 0;
  while (const std::uint64_t left = frames_after(offset + run * frame_bytes_)) {
    const auto frames =
        static_cast<std::size_t>(std::min<std::uint64_t>(left, expected_.size() / frame_bytes_));
    const std::span<std::byte> expected(expected_.data(), frames * frame_bytes_);
    const auto found = view_.read(offset + run * frame_bytes_, expected.size());
    counter_.fill(first_frame + run, expected);
    if (equal_bytes(found, expected)) {
      run += frames;
      continue;
    }
    const auto differ =
        std::mismatch(found.begin(), found.end(), expected.begin()).first - found.begin();
    return run + static_cast<std::uint64_t>(differ) / frame_bytes_;
  }
  return run;
}

bool FrameMatcher::is_frame(std::uint64_t offset, std::uint64_t frame) {
  return is_rotated(offset, frame, 0);
}

bool FrameMatcher::is_rotated(std::uint64_t offset, std::uint64_t frame, std::uint32_t rotation) {
  const std::span<std::byte> expected(expected_.data(), frame_bytes_);
  counter_.fill(frame, expected);
  std::rotate(expected.begin(),
              expected.begin() +
                  static_cast<std::ptrdiff_t>(rotation * sample_bytes(counter_.format().sample)),
              expected.end());
  return equal_bytes(view_.read(offset, frame_bytes_), expected);
}

bool FrameMatcher::window_matches(std::uint64_t offset, std::uint64_t first_frame) {
  const auto frames =
      static_cast<std::size_t>(std::min<std::uint64_t>(window_frames_, frames_after(offset)));
  if (frames == 0) return false;
  const std::span<std::byte> expected(expected_.data(), frames * frame_bytes_);
  counter_.fill(first_frame, expected);
  return equal_bytes(view_.read(offset, expected.size()), expected);
}

std::uint32_t FrameMatcher::first_sample_at(std::uint64_t offset) {
  const std::size_t length = sample_bytes(counter_.format().sample);
  const auto found = view_.read(offset, length);
  std::uint32_t bits = 0;
  std::memcpy(&bits, found.data(), std::min(found.size(), length));
  return bits;
}

std::optional<std::uint64_t> FrameMatcher::find_frame(std::uint64_t offset,
                                                      std::uint64_t near_frame,
                                                      std::uint64_t range) {
  const std::uint64_t frames = std::min<std::uint64_t>(window_frames_, frames_after(offset));
  const std::uint64_t bits = frames * bits_of(counter_.format());
  if (bits <= kSpareBits)
    return window_matches(offset, near_frame) ? std::optional(near_frame) : std::nullopt;
  const std::uint64_t told_apart = std::uint64_t{1}
                                   << std::min<std::uint64_t>(bits - kSpareBits, 63);
  const std::uint64_t reach = std::min(range, told_apart);
  const std::uint32_t sample = first_sample_at(offset);
  const auto begins_here = [&](std::uint64_t frame) {
    return counter_.sample_bits(frame, 0) == sample && window_matches(offset, frame);
  };
  for (std::uint64_t distance = 0; distance <= reach; ++distance) {
    if (begins_here(near_frame + distance)) return near_frame + distance;
    if (distance <= near_frame && begins_here(near_frame - distance)) return near_frame - distance;
  }
  return std::nullopt;
}

}  // namespace ringproc::tool
