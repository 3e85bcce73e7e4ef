// WRITEFLUSH of 4 KiB by 1 to 64 callers at once on one growing file.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/timing.hpp"
#include "ringproc/ringproc.hpp"

namespace {

using ringproc::core::Histogram;
using Clock = std::chrono::steady_clock;

constexpr int kCallsEach = 20;

void BM_WriteFlushCallers(benchmark::State& state) {
  const std::string path = bench::path("callers");
  std::error_code error;
  auto file = ringproc::File::open(path, ringproc::Mode::create, error);
  if (error) {
    state.SkipWithError(error.message().c_str());
    return;
  }
  auto times = std::make_unique<Histogram>();
  std::mutex merging;
  std::atomic<bool> failed{false};
  const auto caller = [&] {
    const std::vector<std::byte> data(4096, std::byte{0x5a});
    auto own = std::make_unique<Histogram>();
    bench::time_calls(kCallsEach, 0, *own,
                      [&] { failed = failed | (file.write_flush(data).bytes != data.size()); });
    const std::lock_guard lock(merging);
    times->merge(*own);
  };
  for ([[maybe_unused]] auto round : state) {
    const auto begin = Clock::now();
    std::vector<std::thread> callers;
    for (std::int64_t i = 0; i < state.range(0); ++i) callers.emplace_back(caller);
    for (auto& one : callers) one.join();
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  const auto us = [&](double percent) {
    return static_cast<double>(times->percentile(percent)) / bench::ticks_per_ns() / 1000;
  };
  const auto stats = file.stats();
  state.SetItemsProcessed(static_cast<std::int64_t>(times->count()));
  state.counters["p50_us"] = us(50);
  state.counters["p99_us"] = us(99);
  state.counters["max_us"] = us(100);
  state.counters["flushes_per_sync"] =
      static_cast<double>(stats.flushes) / static_cast<double>(stats.syncs);
  if (file.close() || failed) state.SkipWithError("a flush failed");
  std::filesystem::remove(path);
}
BENCHMARK(BM_WriteFlushCallers)
    ->RangeMultiplier(2)
    ->Range(1, 64)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
