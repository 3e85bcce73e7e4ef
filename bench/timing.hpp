// Timing of single calls by the time-stamp counter, its own cost subtracted; where to write.
#pragma once

#include <x86intrin.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/histogram.hpp"

namespace bench {

inline double ticks_per_ns() {
  static const double rate = [] {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t first = __rdtsc();
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(50)) {
    }
    const std::uint64_t ticks = __rdtsc() - first;
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(ticks) / took.count();
  }();
  return rate;
}

inline std::uint64_t now() {
  unsigned core = 0;
  return __rdtscp(&core);
}

inline std::uint64_t timer_cost() {
  std::uint64_t least = UINT64_MAX;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t begin = now();
    least = std::min(least, now() - begin);
  }
  return least;
}

template <typename Call>
void time_calls(std::size_t n, std::uint64_t cost, ringproc::core::Histogram& into, Call call) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t begin = now();
    call();
    const std::uint64_t took = now() - begin;
    into.record(took > cost ? took - cost : 0);
  }
}

// In the directory to write in; a tmpfs would be no real file.
inline std::string path(const char* name) {
  const char* const directory = std::getenv("RINGPROC_BENCH_DIR");
  return std::string(directory ? directory : ".") + "/ringproc-bench-" + name + ".dat";
}

}  // namespace bench
