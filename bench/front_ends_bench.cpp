// WRITE against other ways to hand bytes to a thread that writes them to a file: single calls, in
// turns within one run, bursts of 1 MiB that all of them have room for.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>
#include <vector>

#include "bench/front_ends.hpp"
#include "bench/timing.hpp"

namespace {

using ringproc::core::Histogram;

constexpr std::size_t kBurst = 1u << 20;

struct Arm {
  std::string name;
  std::unique_ptr<bench::FrontEnd> end;
  std::unique_ptr<Histogram> times = std::make_unique<Histogram>();
};

std::string path_of(const char* name) {
  return bench::path((std::string("front-end-") + name).c_str());
}

void BM_FrontEnds(benchmark::State& state) {
  const auto block_bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> block(block_bytes, std::byte{0x5a});
  std::vector<Arm> arms;
  try {
    arms.push_back({"ringproc", bench::make_ringproc(path_of("ringproc"))});
    arms.push_back({"boost_spsc", bench::make_boost_spsc(path_of("boost_spsc"))});
    arms.push_back(
        {"reader_writer", bench::make_reader_writer(path_of("reader_writer"), block_bytes)});
    arms.push_back({"spdlog", bench::make_spdlog(path_of("spdlog"), block_bytes)});
    for ([[maybe_unused]] auto round : state) {
      for (Arm& arm : arms) arm.end->stint(kBurst / block_bytes, block, *arm.times);
    }
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
  for (Arm& arm : arms) {
    const auto ns = [&](double percent) {
      return static_cast<double>(arm.times->percentile(percent)) / bench::ticks_per_ns();
    };
    state.counters[arm.name + "_p50_ns"] = ns(50);
    state.counters[arm.name + "_p99_9_ns"] = ns(99.9);
    state.counters[arm.name + "_max_ns"] = ns(100);
    arm.end.reset();
    std::filesystem::remove(path_of(arm.name.c_str()));
  }
}
BENCHMARK(BM_FrontEnds)->Arg(64)->Arg(4096)->Unit(benchmark::kMillisecond);

}  // namespace
