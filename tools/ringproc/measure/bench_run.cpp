#include "measure/bench_run.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace ringproc::tool::measure {
namespace {

constexpr std::size_t kPage = 4096;

std::size_t largest_block(const Plan& plan) {
  std::size_t most = 0;
  for (const Case& one : plan.cases) most = std::max<std::size_t>(most, one.block_bytes);
  return most;
}

}  // namespace

BenchRun::BenchRun(const RunSettings& settings, Scratch& scratch)
    : settings_(settings),
      scratch_(scratch),
      memory_(largest_block(settings.plan) + kPage),
      began_(os::Clock::now()) {
  void* at = memory_.data();
  std::size_t space = memory_.size();
  std::align(kPage, memory_.size() - kPage, at, space);
  data_ = {static_cast<std::byte*>(at), memory_.size() - kPage};
  // Something that does not compress away.
  std::uint64_t state = settings.seed;
  for (std::byte& one : data_) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    one = static_cast<std::byte>(state >> 56);
  }
}

RunResult BenchRun::run() {
  RunResult result;
  result.clock = clock_facts();
  began_ = os::Clock::now();
  for (const Case& one : settings_.plan.cases) {
    result.cases.emplace_back(one);
    show(0, "preparing files");
    if (!stop_) result.cases.back().error = scratch_.prepare(one, stop_);
  }
  for (unsigned round = 1; round <= settings_.plan.rounds && !stop_; ++round) {
    run_round(round, result);
  }
  result.interrupted = stop_;
  result.seconds = std::chrono::duration<double>(os::Clock::now() - began_).count();
  return result;
}

void BenchRun::run_round(unsigned round, RunResult& result) {
  for (const std::size_t index : settings_.plan.order(round)) {
    CaseResult& found = result.cases[index];
    const Case& one = found.measured;
    if (stop_) return;
    if (!found.failed()) {
      show(round, name_of(one));
      SubjectRequest request{one, scratch_.paths(one),
                             std::span<const std::byte>(data_).first(one.block_bytes),
                             settings_.library_options};
      found.add(run_turn(request, settings_.seed + round, began_, stop_));
      scratch_.remove_files(one);
    }
    finished_seconds_ += expected_seconds(one);
  }
}

void BenchRun::show(unsigned round, const std::string& name) {
  const double all = settings_.plan.expected_seconds();
  const std::lock_guard lock(mutex_);
  shown_ = {round, name, all > 0 ? finished_seconds_ / all : 0, all};
}

BenchRun::Progress BenchRun::progress() const {
  const std::lock_guard lock(mutex_);
  return shown_;
}

}  // namespace ringproc::tool::measure
