// WRITE against memcpy of the same block into a ring of the same size, in turns within one run, the
// drain at work and a real file behind in both arms. Single calls are timed by the time-stamp
// counter, its own cost subtracted.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "bench/timing.hpp"
#include "ringproc/ringproc.hpp"

namespace {

using bench::ticks_per_ns;
using bench::time_calls;
using bench::timer_cost;
using ringproc::core::Histogram;

std::string path() { return bench::path("memcpy"); }

constexpr std::size_t kRing = 64u << 20;
constexpr std::size_t kTurn = 4u << 20;      // bytes per arm before the other has its turn
constexpr std::uint64_t kFile = 512u << 20;  // the file is overwritten beyond this

void BM_WriteAgainstMemcpy(benchmark::State& state) {
  const auto block = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> data(block, std::byte{0x5a});
  std::vector<std::byte> ring(kRing, std::byte{1});  // stored to, so that its pages are there
  std::size_t at = 0;
  ringproc::Options options;
  options.ring_bytes = kRing;
  options.flush = ringproc::Until::os;
  std::error_code error;
  auto file = ringproc::File::open(path(), ringproc::Mode::create, error, &options);
  if (error) {
    state.SkipWithError(error.message().c_str());
    return;
  }
  const std::uint64_t cost = timer_cost();
  auto copies = std::make_unique<Histogram>();
  auto writes = std::make_unique<Histogram>();
  const auto copy_turn = [&] {
    time_calls(kTurn / block, cost, *copies, [&] {
      std::memcpy(ring.data() + at, data.data(), block);
      benchmark::ClobberMemory();
      at = at + 2 * block > kRing ? 0 : at + block;
    });
  };
  const auto write_turn = [&] {
    time_calls(kTurn / block, cost, *writes,
               [&] { benchmark::DoNotOptimize(file.write(data).bytes); });
  };
  // The memcpy arm's drain: another thread writes what was copied to a file of its own, so that in
  // both arms the ring memory was last read by another core.
  const int fd = ::open((path() + ".memcpy").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  std::size_t drained = 0;
  const auto drain_copies = [&] {
    for (std::size_t done = 0; done < kTurn; done += 256u << 10) {
      if (drained + (256u << 10) > kRing) drained = 0;
      benchmark::DoNotOptimize(
          ::pwrite(fd, ring.data() + drained, 256u << 10, static_cast<off_t>(drained)));
      drained += 256u << 10;
    }
  };
  bool copy_first = false;
  for ([[maybe_unused]] auto round : state) {
    // Whoever is second has the drain of the last writes beside it; so they change places.
    copy_first ? copy_turn() : write_turn();
    copy_first ? write_turn() : copy_turn();
    copy_first = !copy_first;
    state.PauseTiming();
    std::thread(drain_copies).join();
    if (file.stats().accepted % kFile < kTurn) {
      file.seek(0, ringproc::Origin::begin, error);
    }
    if (auto flushing = file.flush()) state.SkipWithError(flushing.message().c_str());
    state.ResumeTiming();
  }
  const auto ns = [&](const Histogram& of, double percent) {
    return static_cast<double>(of.percentile(percent)) / ticks_per_ns();
  };
  state.counters["memcpy_p50_ns"] = ns(*copies, 50);
  state.counters["write_p50_ns"] = ns(*writes, 50);
  state.counters["more_p50_ns"] = ns(*writes, 50) - ns(*copies, 50);
  state.counters["ratio_p50"] = ns(*writes, 50) / ns(*copies, 50);
  state.counters["memcpy_p99_ns"] = ns(*copies, 99);
  state.counters["write_p99_ns"] = ns(*writes, 99);
  state.counters["memcpy_p99_9_ns"] = ns(*copies, 99.9);
  state.counters["write_p99_9_ns"] = ns(*writes, 99.9);
  state.counters["memcpy_max_ns"] = static_cast<double>(copies->max()) / ticks_per_ns();
  state.counters["write_max_ns"] = static_cast<double>(writes->max()) / ticks_per_ns();
  state.counters["calls"] = static_cast<double>(writes->count());
  if (auto closing = file.close()) state.SkipWithError(closing.message().c_str());
  ::close(fd);
  std::filesystem::remove(path());
  std::filesystem::remove(path() + ".memcpy");
}
BENCHMARK(BM_WriteAgainstMemcpy)->Arg(4096)->Arg(65536)->Unit(benchmark::kMillisecond);

}  // namespace
