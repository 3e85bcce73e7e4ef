#include "live_display.hpp"

#include <fmt/core.h>

#include <utility>

#include "say.hpp"
#include "summary.hpp"

namespace ringproc::tool {
namespace {

constexpr std::chrono::seconds kLogInterval{10};
constexpr std::chrono::milliseconds kTerminalInterval{200};

}  // namespace

LiveDisplay::LiveDisplay(const RecordOptions& options, const CaptureProgress& progress,
                         Target& target, PeriodicFlush& flush, const LiveSource* source)
    : options_(options),
      progress_(progress),
      target_(target),
      flush_(flush),
      source_(source),
      terminal_(os::error_output_is_terminal()),
      start_(os::Clock::now()),
      next_log_(start_ + kLogInterval) {}

std::chrono::milliseconds LiveDisplay::interval() const {
  if (options_.quiet) return kLogInterval;
  return terminal_ ? kTerminalInterval : std::chrono::seconds(1);
}

void LiveDisplay::begin() {
  if (options_.quiet || !options_.through_ring) return;
  const TargetStats stats = target_.stats();
  const double per_second = static_cast<double>(options_.format.bytes_per_second());
  say(fmt::format(
      "recording to {}; ring of {:.1f} s ({}) in {}: what is accepted {} this process\n",
      options_.output, static_cast<double>(stats.ring_capacity_bytes) / per_second,
      bytes_text(stats.ring_capacity_bytes), stats.place,
      stats.survives ? "survives" : "DOES NOT SURVIVE"));
}

void LiveDisplay::update() {
  if (options_.quiet) return;
  tell_losses();
  const auto now = os::Clock::now();
  if (terminal_) {
    const std::string now_shown = line().substr(0, os::error_output_columns() - 1);
    say(fmt::format("\r{:<{}}", now_shown, std::exchange(shown_, now_shown.size())));
  } else if (now >= next_log_) {
    say(line() + "\n");
    next_log_ = now + kLogInterval;
  }
}

void LiveDisplay::finish() {
  if (std::exchange(shown_, 0) > 0) say("\n");
}

std::string LiveDisplay::line() {
  const TargetMarks marks = target_.marks();
  const double per_second = static_cast<double>(options_.format.bytes_per_second());
  const auto seconds = [&](std::uint64_t bytes) { return static_cast<double>(bytes) / per_second; };
  const double elapsed = std::chrono::duration<double>(os::Clock::now() - start_).count();
  std::string text =
      fmt::format("{}:{:04.1f}  {}", static_cast<int>(elapsed) / 60,
                  elapsed - 60 * (static_cast<int>(elapsed) / 60), bytes_text(marks.accepted));
  if (options_.through_ring) {
    const TargetStats stats = target_.stats();
    text += fmt::format("  ring {:.2f}/{:.2f}/{:.1f} s", seconds(marks.accepted - marks.written),
                        seconds(stats.ring_high_water_bytes), seconds(stats.ring_capacity_bytes));
  }
  if (options_.sync_seconds > 0) {
    text += fmt::format("  durable -{:.2f} s", seconds(marks.accepted - marks.durable));
  }
  // Numbers to show; nothing else depends on them.
  const auto relaxed = std::memory_order_relaxed;
  if (source_) text += live_text(*source_);
  text += fmt::format("  lost {}  write max {}", progress_.lost_frames.load(relaxed),
                      duration_text(static_cast<double>(progress_.longest_write_ns.load(relaxed))));
  if (options_.sync_seconds > 0) {
    text += fmt::format("  flush max {}", duration_text(static_cast<double>(flush_.longest_ns())));
  }
  return text;
}

void LiveDisplay::tell_losses() {
  const std::uint64_t lost = progress_.lost_frames.load(std::memory_order_acquire);
  if (lost == told_lost_frames_) return;
  if (told_lost_frames_ == 0) {
    finish();
    const std::uint64_t first = progress_.first_lost_frame.load(std::memory_order_relaxed);
    say(fmt::format("LOST frames from number {} on: the ring is full, the disk does not keep up\n",
                    first));
  }
  told_lost_frames_ = lost;
}

}  // namespace ringproc::tool
