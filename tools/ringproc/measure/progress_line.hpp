// What a bench is doing, while it does: one line that is replaced on a terminal, a line now and
// then elsewhere. Standard error.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "measure/bench_run.hpp"
#include "os.hpp"

namespace ringproc::tool::measure {

// One thread.
class ProgressLine {
 public:
  static constexpr std::chrono::milliseconds kInterval{200};

  explicit ProgressLine(bool quiet);

  void update(const BenchRun::Progress& progress);

  // Effect: leaves the line, so that other text can follow.
  void finish();

 private:
  bool quiet_;
  bool terminal_;
  os::Clock::time_point start_;
  os::Clock::time_point next_log_;
  std::size_t shown_ = 0;  // columns
};

}  // namespace ringproc::tool::measure
