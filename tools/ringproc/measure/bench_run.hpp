// One run of a plan: rounds of all cases in turns, so that what the disk does meanwhile meets all
// of them alike, and the floor is measured in the same minute as the rest.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "measure/plan.hpp"
#include "measure/result.hpp"
#include "measure/scratch.hpp"
#include "measure/turn.hpp"

namespace ringproc::tool::measure {

struct RunSettings {
  Plan plan;
  std::uint64_t seed = 1;
  std::string library_options;
};

class BenchRun {
 public:
  BenchRun(const RunSettings& settings, Scratch& scratch);

  // Effect: runs the plan. A case that fails is not run again. Blocks: for as long as it takes. One
  // thread, once.
  [[nodiscard]] RunResult run();

  // Effect: run() returns after the operations in progress, with what there is. Threads: any.
  void stop() noexcept { stop_ = true; }

  // Threads: any.
  struct Progress {
    unsigned round = 0;  // from 1 on; 0: preparing
    std::string name;
    double done = 0;              // of the whole run, 0 to 1
    double expected_seconds = 0;  // the whole run's, about
  };
  [[nodiscard]] Progress progress() const;

 private:
  void run_round(unsigned round, RunResult& result);
  void show(unsigned round, const std::string& name);

  const RunSettings& settings_;
  Scratch& scratch_;
  std::vector<std::byte> memory_;
  std::span<std::byte> data_;
  os::Clock::time_point began_;
  double finished_seconds_ = 0;  // planned ones, of turns that are over
  std::atomic<bool> stop_{false};

  mutable std::mutex mutex_;
  Progress shown_;  // guarded by mutex_
};

}  // namespace ringproc::tool::measure
