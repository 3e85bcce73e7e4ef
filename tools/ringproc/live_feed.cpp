#include "live_feed.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "interleave.hpp"
#include "os.hpp"

namespace ringproc::tool {
namespace {

// The callback must make no system call, so it cannot wake anybody.
constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::milliseconds kShortly{1};

// Counted in looks, not in time: a computer that was asleep has not been silent.
constexpr int kSilentLooks = std::chrono::seconds(LiveFeed::kSilentSeconds) / kLook;

void pause(std::chrono::milliseconds time) noexcept { os::sleep_until(os::Clock::now() + time); }

}  // namespace

CaptureEnd LiveFeed::run(Capture& capture, const AudioFormat& format, std::size_t period_frames,
                         const std::function<bool()>& failed) {
  capture_ = &capture;
  sample_ = format.sample;
  frame_bytes_ = format.frame_bytes();
  period_frames_ = period_frames;
  frames_.resize(period_frames * frame_bytes_);
  compared_.resize(frames_.size());
  gate_.store(Gate::open, std::memory_order_release);  // with all of that; observed by enter()
  std::uint64_t calls = 0;
  int silent_looks = 0;
  // Shut by leave(), which has stored the end before.
  while (gate_.load(std::memory_order_acquire) != Gate::shut) {
    // Only whether it changes is looked at.
    const std::uint64_t now = calls_.load(std::memory_order_relaxed);
    silent_looks = now == calls ? silent_looks + 1 : 0;
    calls = now;
    went_silent_ = silent_looks > kSilentLooks;
    if (failed() || went_silent_) {
      shut();
      return end_.value_or(CaptureEnd::source_failed);
    }
    if (capture.stop_requested()) {
      shut();
      return end_.value_or(CaptureEnd::stopped);
    }
    pause(kLook);
  }
  return *end_;
}

bool LiveFeed::enter() noexcept {
  // One writer; only whether it changes is looked at.
  calls_.store(calls_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  Gate open = Gate::open;
  // Relaxed where it is shut: then nothing is touched.
  return gate_.compare_exchange_strong(open, Gate::passed, std::memory_order_acquire,
                                       std::memory_order_relaxed);
}

// The server may bring more than the period that it began with: then in pieces.
void LiveFeed::take_planar(std::span<const float* const> channels, std::size_t frames) {
  for (std::size_t done = 0; done < frames && !end_;) {
    const std::size_t count = std::min(frames - done, period_frames_);
    interleave(sample_, channels, done, count, frames_.data());
    end_ = capture_->take(std::span(frames_).first(count * frame_bytes_));
    done += count;
  }
  taken_frames_ = frames <= period_frames_ ? frames : 0;
}

bool LiveFeed::repeats(std::span<const float* const> channels, std::size_t frames) {
  if (frames != taken_frames_) return false;
  interleave(sample_, channels, 0, frames, compared_.data());
  return std::memcmp(compared_.data(), frames_.data(), frames * frame_bytes_) == 0;
}

void LiveFeed::leave() noexcept {
  gate_.store(end_ ? Gate::shut : Gate::open, std::memory_order_release);
}

void LiveFeed::note_gap(std::uint64_t frames, std::uint64_t behind) {
  if (frames == 0) return;
  const std::uint64_t now = capture_->captured_frames() + gaps_.frames();
  // What is known late is told where it was, but not before what was told already.
  gaps_.add(std::max(now - std::min(now, behind), gaps_.end()), frames);
  // A number to show.
  counts_.gap_frames.store(gaps_.frames(), std::memory_order_relaxed);
}

// A callback that has passed is on its way to leave().
void LiveFeed::shut() noexcept {
  for (;;) {
    Gate gate = Gate::open;
    if (gate_.compare_exchange_strong(gate, Gate::shut, std::memory_order_acquire)) return;
    if (gate == Gate::shut) return;
    pause(kShortly);
  }
}

}  // namespace ringproc::tool
