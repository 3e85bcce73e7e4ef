// Percentiles as a row reports them: in nanoseconds, from a histogram of ticks or of nanoseconds.
#pragma once

#include <memory>

#include <nlohmann/json.hpp>

#include "base/histogram.hpp"
#include "bench/timing.hpp"

namespace bench {

using ringproc::core::Histogram;

// On the heap: they are large.
using HistogramPtr = std::unique_ptr<Histogram>;
[[nodiscard]] inline HistogramPtr make_histogram() { return std::make_unique<Histogram>(); }

// Of a histogram of ticks of the time-stamp counter.
[[nodiscard]] inline double ticks_ns(const Histogram& of, double percent) {
  return static_cast<double>(of.percentile(percent)) / ticks_per_ns();
}

[[nodiscard]] inline nlohmann::json ticks_json(const Histogram& of) {
  return {{"n", of.count()},
          {"p50_ns", ticks_ns(of, 50)},
          {"p90_ns", ticks_ns(of, 90)},
          {"p99_ns", ticks_ns(of, 99)},
          {"p99_9_ns", ticks_ns(of, 99.9)},
          {"p99_99_ns", ticks_ns(of, 99.99)},
          {"max_ns", ticks_ns(of, 100)}};
}

}  // namespace bench
