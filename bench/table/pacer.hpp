// The clock of a capture device: says how many blocks have come in since the beginning. Sleeps in
// between, by clock_nanosleep and nothing else.
#pragma once

#include <time.h>

#include <cerrno>
#include <cstdint>

namespace bench {

class Pacer {
 public:
  // A tick of period_ns each; the first is one period from now.
  explicit Pacer(std::uint64_t period_ns) noexcept : period_ns_(period_ns) {
    ::clock_gettime(CLOCK_MONOTONIC, &next_);
  }

  // Sleeps until the next tick; returns at once if that is over already.
  void wait() noexcept {
    const auto ns = static_cast<std::uint64_t>(next_.tv_nsec) + period_ns_;
    next_.tv_sec += static_cast<time_t>(ns / kSecond);
    next_.tv_nsec = static_cast<long>(ns % kSecond);
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next_, nullptr) == EINTR) {
    }
  }

 private:
  static constexpr std::uint64_t kSecond = 1'000'000'000;
  std::uint64_t period_ns_;
  timespec next_{};
};

}  // namespace bench
