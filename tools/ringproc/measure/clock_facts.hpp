// What reading the clock costs and how fine it is: every latency is too long by about the one, and
// a multiple of the other.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "os.hpp"

namespace ringproc::tool::measure {

struct ClockFacts {
  std::uint64_t cost_ns = 0;  // of one reading
  std::uint64_t step_ns = 0;  // the least that two readings differ by, if they do
};

[[nodiscard]] inline ClockFacts clock_facts() {
  constexpr int kReadings = 20'000;
  const auto begin = os::Clock::now();
  auto last = begin;
  std::chrono::nanoseconds step = std::chrono::seconds(1);
  for (int i = 0; i < kReadings; ++i) {
    const auto now = os::Clock::now();
    if (now != last) step = std::min<std::chrono::nanoseconds>(step, now - last);
    last = now;
  }
  const std::chrono::nanoseconds all = last - begin;
  // Where the clock stands still between readings it is as fine as it steps; else they cost that.
  return {static_cast<std::uint64_t>(all.count() / kReadings),
          static_cast<std::uint64_t>(step.count())};
}

}  // namespace ringproc::tool::measure
