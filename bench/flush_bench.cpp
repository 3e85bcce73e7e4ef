// WRITEFLUSH of one caller against pwrite + fdatasync in a plain loop, both appending to a growing
// file, in turns within one run.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "bench/timing.hpp"
#include "ringproc/ringproc.hpp"

namespace {

using ringproc::core::Histogram;

using bench::path;

template <typename Call>
void time_call(Histogram& into, Call call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begin;
  into.record(static_cast<std::uint64_t>(took.count()));
}

void BM_WriteFlushGrowing(benchmark::State& state) {
  const std::vector<std::byte> data(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  std::error_code error;
  auto file = ringproc::File::open(path("ring"), ringproc::Mode::create, error);
  const int fd = ::open(path("plain").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (error || fd < 0) {
    state.SkipWithError("cannot open");
    return;
  }
  auto ring = std::make_unique<Histogram>();
  auto plain = std::make_unique<Histogram>();
  off_t end = 0;
  bool failed = false;
  for ([[maybe_unused]] auto round : state) {
    time_call(*ring, [&] { failed |= file.write_flush(data).bytes != data.size(); });
    time_call(*plain, [&] {
      failed |= ::pwrite(fd, data.data(), data.size(), end) != static_cast<ssize_t>(data.size());
      failed |= ::fdatasync(fd) != 0;
    });
    end += static_cast<off_t>(data.size());
  }
  const auto us = [](const Histogram& of, double percent) {
    return static_cast<double>(of.percentile(percent)) / 1000;
  };
  state.counters["plain_p50_us"] = us(*plain, 50);
  state.counters["ring_p50_us"] = us(*ring, 50);
  state.counters["ratio_p50"] = us(*ring, 50) / us(*plain, 50);
  state.counters["plain_p99_us"] = us(*plain, 99);
  state.counters["ring_p99_us"] = us(*ring, 99);
  ::close(fd);
  if (file.close() || failed) state.SkipWithError("a write failed");
  std::filesystem::remove(path("ring"));
  std::filesystem::remove(path("plain"));
}
BENCHMARK(BM_WriteFlushGrowing)->Arg(4096)->Unit(benchmark::kMicrosecond);

}  // namespace
