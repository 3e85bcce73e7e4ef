#include "capture.hpp"

#include <algorithm>
#include <span>

namespace ringproc::tool {
namespace {

// Every counter here has one writer, so no read-modify-write is needed, and nobody orders anything
// by it.
void set(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
  counter.store(value, std::memory_order_relaxed);
}

std::uint64_t nanoseconds(os::Clock::duration duration) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
}

}  // namespace

Capture::Capture(const CaptureSettings& settings, Target& target)
    : settings_(settings),
      target_(target),
      period_(settings.period_frames * settings.format.frame_bytes()),
      write_ns_(std::make_unique<core::Histogram>()) {}

CaptureEnd Capture::run(Source& source) {
  start_ = os::Clock::now();
  while (captured_ < settings_.max_frames) {
    if (stopping_.load(std::memory_order_relaxed)) return CaptureEnd::stopped;
    const std::size_t wanted = frames_wanted();
    if (wanted == 0) return CaptureEnd::size_limit;
    if (settings_.paced) os::sleep_until(time_of(captured_ + wanted));
    const std::size_t frame_bytes = settings_.format.frame_bytes();
    const Filled filled = source.fill(captured_, std::span(period_).first(wanted * frame_bytes));
    if (filled.frames > 0) {
      const auto end = deliver(std::span(period_).first(filled.frames * frame_bytes));
      if (end) return *end;
    }
    if (filled.state == SourceState::going_on) continue;
    if (filled.state == SourceState::failed) return CaptureEnd::source_failed;
    if (stopping_.load(std::memory_order_relaxed)) return CaptureEnd::stopped;
    return filled.state == SourceState::cut_frame ? CaptureEnd::cut_frame
                                                  : CaptureEnd::end_of_input;
  }
  return CaptureEnd::complete;
}

std::optional<CaptureEnd> Capture::take(std::span<const std::byte> period) {
  const std::size_t frame_bytes = settings_.format.frame_bytes();
  while (!period.empty()) {
    if (stopping_.load(std::memory_order_relaxed)) return CaptureEnd::stopped;
    const std::size_t wanted = std::min(frames_wanted(), period.size() / frame_bytes);
    if (wanted == 0) return CaptureEnd::size_limit;
    const auto part = period.first(wanted * frame_bytes);
    if (const auto end = deliver(part)) return end;
    if (captured_ == settings_.max_frames) return CaptureEnd::complete;
    period = period.subspan(part.size());
  }
  return std::nullopt;
}

std::size_t Capture::frames_wanted() const {
  const std::uint64_t left =
      std::min(settings_.max_frames - captured_, settings_.max_file_frames - accepted_);
  return static_cast<std::size_t>(std::min<std::uint64_t>(left, settings_.period_frames));
}

// When so many frames exist. Seconds and the rest apart, so that nothing overflows or drifts.
os::Clock::time_point Capture::time_of(std::uint64_t frames) const {
  const std::uint64_t rate = settings_.format.rate;
  const auto rest_ns = static_cast<std::int64_t>(frames % rate * 1'000'000'000 / rate);
  return start_ + std::chrono::seconds(static_cast<std::int64_t>(frames / rate)) +
         std::chrono::nanoseconds(rest_ns);
}

std::optional<CaptureEnd> Capture::deliver(std::span<const std::byte> period) {
  const std::size_t frames = period.size() / settings_.format.frame_bytes();
  const auto before = os::Clock::now();
  const Accept outcome = target_.write(period);
  const auto after = os::Clock::now();
  const std::uint64_t took_ns = nanoseconds(after - before);
  write_ns_->record(took_ns);
  if (took_ns >= write_ns_->max()) set(progress_.longest_write_ns, took_ns);
  if (outcome == Accept::accepted) accepted_ += frames;
  if (outcome == Accept::refused) lose(frames);
  captured_ += frames;
  set(progress_.captured_frames, captured_);
  if (outcome == Accept::failed) return CaptureEnd::write_failed;
  if (settings_.paced && after > time_of(captured_ + settings_.period_frames)) {
    set(progress_.deadline_misses, progress_.deadline_misses.load(std::memory_order_relaxed) + 1);
  }
  return std::nullopt;
}

void Capture::lose(std::size_t frames) {
  if (losses_.frames() == 0) set(progress_.first_lost_frame, captured_);
  losses_.add(captured_, frames);
  progress_.lost_frames.store(losses_.frames(), std::memory_order_release);
}

}  // namespace ringproc::tool
