// When a caller's operations are due. In an open loop that is known beforehand and does not depend
// on how long operations take: latency counted from there has no coordinated omission (an operation
// that could not begin because the last one hung has waited, too).
#pragma once

#include <cstdint>
#include <random>

#include "measure/case.hpp"
#include "os.hpp"

namespace ringproc::tool::measure {

// Of one caller; one thread.
class Schedule {
 public:
  // Callers of a fixed rate take turns; those of a Poisson process are independent.
  Schedule(const Arrival& arrival, unsigned caller, unsigned callers, std::uint64_t seed,
           os::Clock::time_point start);

  // Open loop: when the next operation is due. Closed loop: now.
  [[nodiscard]] os::Clock::time_point next();

 private:
  [[nodiscard]] double gap_seconds();

  bool open_;
  bool random_;
  unsigned callers_;
  double per_second_;  // of all callers
  std::mt19937_64 random_numbers_;
  os::Clock::time_point start_;
  std::uint64_t index_;      // fixed: of the next one, among those of all callers
  double at_seconds_ = 0.0;  // Poisson: of the next one, from start_
};

// Waits until then. With `exact` the last part is spent looking at the clock, because a sleep ends
// some ten microseconds late; not where callers would take all processors.
void wait_until(os::Clock::time_point time, bool exact);

}  // namespace ringproc::tool::measure
