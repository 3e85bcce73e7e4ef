#include "live_display.hpp"

#include <fmt/core.h>

#include <utility>

#include "disk_space.hpp"
#include "say.hpp"
#include "units.hpp"

namespace ringproc::tool {
namespace {

constexpr std::chrono::seconds kLogInterval{10};
constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

LiveDisplay::LiveDisplay(const RecordOptions& options, const Capture& capture, Target& target,
                         PeriodicFlush& flush, const DiskWatch& disk, const LiveSource* source)
    : options_(options),
      capture_(capture),
      losses_(capture.losses(), options.format.rate),
      target_(target),
      flush_(flush),
      disk_(disk),
      source_(source),
      terminal_(os::error_output_is_terminal()),
      start_(os::Clock::now()),
      next_log_(start_ + kLogInterval) {
  if (source_ != nullptr) {
    gaps_.emplace(source_->gaps(), options.format.rate, LossNotice::kGap);
  }
}

std::chrono::milliseconds LiveDisplay::interval() const {
  return options_.quiet ? std::chrono::seconds(1) : kInterval;
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
  const auto now = os::Clock::now();
  tell(losses_.update(now));
  if (gaps_) tell(gaps_->update(now));
  if (terminal_) {
    const std::string now_shown = line().substr(0, os::error_output_columns() - 1);
    say(fmt::format("\r{:<{}}", now_shown, std::exchange(shown_, now_shown.size())));
  } else if (now >= next_log_) {
    say(line() + "\n");
    next_log_ = now + kLogInterval;
  }
}

void LiveDisplay::tell(const std::string& text) {
  if (options_.quiet || text.empty()) return;
  leave_line();
  say(text + "\n");
}

void LiveDisplay::finish() {
  tell(losses_.rest());
  if (gaps_) tell(gaps_->rest());
  leave_line();
}

void LiveDisplay::leave_line() {
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
  // First what must be seen: a narrow terminal cuts the end off.
  text += fmt::format("  lost {}", capture_.losses().frames());
  if (source_) text += live_text(*source_);
  if (const auto room = disk_.room_bytes()) {
    text += fmt::format("  disk {} left", time_left_text(seconds(*room)));
  }
  if (options_.through_ring) {
    const TargetStats stats = target_.stats();
    text += fmt::format("  ring {:.2f}/{:.2f}/{:.1f} s", seconds(marks.accepted - marks.written),
                        seconds(stats.ring_high_water_bytes), seconds(stats.ring_capacity_bytes));
  }
  if (options_.sync_seconds > 0) {
    text += fmt::format("  durable -{:.2f} s", seconds(marks.accepted - marks.durable));
  }
  // A number to show; nothing else depends on it.
  const auto longest_ns = capture_.progress().longest_write_ns.load(std::memory_order_relaxed);
  text += fmt::format("  write max {}", duration_text(static_cast<double>(longest_ns)));
  if (options_.sync_seconds > 0) {
    text += fmt::format("  flush max {}", duration_text(static_cast<double>(flush_.longest_ns())));
  }
  return text;
}

}  // namespace ringproc::tool
