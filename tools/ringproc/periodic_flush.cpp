#include "periodic_flush.hpp"

#include <utility>

#include "os.hpp"

namespace ringproc::tool {

PeriodicFlush::PeriodicFlush(Target& target, LiveHeader* header,
                             const std::atomic<std::uint64_t>& frames,
                             std::function<void()> on_failure)
    : target_(target),
      header_(header),
      frames_(frames),
      on_failure_(std::move(on_failure)),
      flush_ns_(std::make_unique<core::Histogram>()) {}

void PeriodicFlush::start(std::chrono::nanoseconds interval) {
  thread_ = os::start_thread("ringproc-flush", os::Scheduling::ordinary,
                             [this, interval](bool) { run(interval); });
}

void PeriodicFlush::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool PeriodicFlush::flush_now() { return timed_flush(); }

core::Histogram PeriodicFlush::flush_ns() {
  const std::lock_guard lock(mutex_);
  return *flush_ns_;
}

std::uint64_t PeriodicFlush::longest_ns() {
  const std::lock_guard lock(mutex_);
  return flush_ns_->max();
}

// By absolute times, so that long flushes do not stretch the interval; those it overran are left
// out.
void PeriodicFlush::run(std::chrono::nanoseconds interval) {
  auto next = os::Clock::now() + interval;
  std::uint64_t stated = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stopped_.wait_until(lock, next, [this] { return stopping_; })) return;
    }
    // Acquire: the flush covers the bytes that these stand for.
    const std::uint64_t frames = frames_.load(std::memory_order_acquire);
    // A source that is silent costs the disk nothing.
    const bool header_is_behind = header_ != nullptr && frames != stated;
    if (!timed_flush() || (header_is_behind && !header_->state(frames))) {
      on_failure_();
      return;
    }
    stated = frames;
    const auto now = os::Clock::now();
    while (next <= now) next += interval;
  }
}

bool PeriodicFlush::timed_flush() {
  const auto before = os::Clock::now();
  const bool flushed = target_.flush();
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(os::Clock::now() - before);
  const std::lock_guard lock(mutex_);
  flush_ns_->record(static_cast<std::uint64_t>(took.count()));
  return flushed;
}

}  // namespace ringproc::tool
