#include "measure/schedule.hpp"

#include <chrono>
#include <cmath>

namespace ringproc::tool::measure {
namespace {

using os::Clock;

// A sleep is late by less than this, nearly always.
constexpr std::chrono::microseconds kLate{150};

Clock::duration to_duration(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

Schedule::Schedule(const Arrival& arrival, unsigned caller, unsigned callers, std::uint64_t seed,
                   os::Clock::time_point start)
    : open_(arrival.kind != Arrival::Kind::closed),
      random_(arrival.kind == Arrival::Kind::poisson),
      callers_(callers),
      per_second_(arrival.per_second),
      random_numbers_(seed * 1'000'003 + caller),
      start_(start),
      index_(caller) {
  if (random_) at_seconds_ = gap_seconds();
}

// Not std::exponential_distribution: the same seed is to mean the same moments everywhere.
double Schedule::gap_seconds() {
  const double uniform = static_cast<double>((random_numbers_() >> 11) + 1) * 0x1p-53;  // (0, 1]
  return -std::log(uniform) * callers_ / per_second_;
}

// Even intervals are counted, not added up: the end of a turn is due exactly, and so not begun.
os::Clock::time_point Schedule::next() {
  if (!open_) return Clock::now();
  if (!random_) {
    const double seconds = static_cast<double>(index_) / per_second_;
    index_ += callers_;
    return start_ + to_duration(seconds);
  }
  const auto due = start_ + to_duration(at_seconds_);
  at_seconds_ += gap_seconds();
  return due;
}

void wait_until(os::Clock::time_point time, bool exact) {
  os::sleep_until(exact ? time - kLate : time);
  while (Clock::now() < time) {
  }
}

}  // namespace ringproc::tool::measure
