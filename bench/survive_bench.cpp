// WRITE into a ring that survives the process against one in process memory, in turns within one
// run, both drained to real files.
#include <benchmark/benchmark.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "bench/timing.hpp"
#include "ringproc/ringproc.hpp"

namespace {

using ringproc::core::Histogram;

constexpr std::size_t kRing = 64u << 20;
constexpr std::size_t kTurn = 4u << 20;      // bytes per arm before the other has its turn
constexpr std::uint64_t kFile = 512u << 20;  // the file is overwritten beyond this

struct Arm {
  Arm(const char* arm_name, ringproc::Survive survive) : name(arm_name) {
    ringproc::Options options;
    options.ring_bytes = kRing;
    options.flush = ringproc::Until::os;
    options.survive = survive;
    file = ringproc::File::open(bench::path(name), ringproc::Mode::create, error, &options);
  }
  ~Arm() { std::filesystem::remove(bench::path(name)); }
  Arm(const Arm&) = delete;
  Arm& operator=(const Arm&) = delete;

  // Returns: whether all went well.
  bool turn(const std::vector<std::byte>& data, std::uint64_t cost) {
    bench::time_calls(kTurn / data.size(), cost, *writes,
                      [&] { benchmark::DoNotOptimize(file.write(data).bytes); });
    if (file.stats().accepted % kFile < kTurn) file.seek(0, ringproc::Origin::begin, error);
    return !file.flush();
  }

  const char* const name;
  std::error_code error;
  ringproc::File file;
  std::unique_ptr<Histogram> writes = std::make_unique<Histogram>();
};

void BM_WriteSurvivingAgainstNot(benchmark::State& state) {
  const std::vector<std::byte> data(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  Arm on("survive-on", ringproc::Survive::on);
  Arm off("survive-off", ringproc::Survive::off);
  if (on.error || off.error) {
    state.SkipWithError("cannot open");
    return;
  }
  const std::uint64_t cost = bench::timer_cost();
  bool on_first = false;
  for ([[maybe_unused]] auto round : state) {
    // Whoever is second has the other's drain beside it; so they change places.
    const std::array<Arm*, 2> order{on_first ? &on : &off, on_first ? &off : &on};
    on_first = !on_first;
    for (Arm* const arm : order) {
      if (!arm->turn(data, cost)) state.SkipWithError("a flush failed");
    }
  }
  const auto ns = [](const Arm& arm, double percent) {
    return static_cast<double>(arm.writes->percentile(percent)) / bench::ticks_per_ns();
  };
  for (const Arm* const arm : {&on, &off}) {
    state.counters[std::string(arm->name) + "_p50_ns"] = ns(*arm, 50);
    state.counters[std::string(arm->name) + "_p99_9_ns"] = ns(*arm, 99.9);
    state.counters[std::string(arm->name) + "_max_ns"] =
        static_cast<double>(arm->writes->max()) / bench::ticks_per_ns();
  }
  state.counters["ratio_p50"] = ns(on, 50) / ns(off, 50);
  state.counters["ratio_p99_9"] = ns(on, 99.9) / ns(off, 99.9);
  state.counters["calls"] = static_cast<double>(on.writes->count());
}
BENCHMARK(BM_WriteSurvivingAgainstNot)->Arg(4096)->Arg(65536)->Unit(benchmark::kMillisecond);

}  // namespace
