// Timing of single calls, and what is told of many.
#pragma once

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ringproc::latency {

class Samples {
 public:
  explicit Samples(std::size_t room) { us_.reserve(room); }

  // Times one call.
  template <class Call>
  void add(Call&& call) {
    LARGE_INTEGER before;
    LARGE_INTEGER after;
    QueryPerformanceCounter(&before);
    call();
    QueryPerformanceCounter(&after);
    us_.push_back(static_cast<double>(after.QuadPart - before.QuadPart) * us_per_tick());
  }
  [[nodiscard]] std::size_t count() const { return us_.size(); }
  // The value below which that share of the samples lies, 0 to 1.
  [[nodiscard]] double quantile(double share) {
    if (us_.empty()) return 0;
    std::sort(us_.begin(), us_.end());
    const auto last = static_cast<double>(us_.size() - 1);
    return us_[static_cast<std::size_t>(share * last)];
  }

 private:
  static double us_per_tick() {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return 1e6 / static_cast<double>(frequency.QuadPart);
  }

  std::vector<double> us_;
};

}  // namespace ringproc::latency
