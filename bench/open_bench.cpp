// Open, write 1 KiB, close: the procedure against the built-in one, through the same mmio
// functions, in turns within one run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/timing.hpp"
#include "ringproc/mmio.h"
#include "ringproc/procedure.h"
#include "ringproc/ringproc.h"

namespace {

constexpr int kBatch = 50;  // of each arm before the next has its turn

using bench::path;

struct Arm {
  const char* name;
  LPMMIOPROC procedure;  // NULL: the built-in one
  std::uint32_t survive;
  std::vector<double> us;
};

bool open_write_close(const Arm& arm, std::string& file) {
  static const std::array<char, 1024> data{};
  MMIOINFO info{};
  info.pIOProc = arm.procedure;
  if (arm.procedure == nullptr) info.fccIOProc = FOURCC_DOS;
  const HMMIO handle = mmioOpen(file.data(), &info, MMIO_CREATE | MMIO_WRITE);
  if (handle == nullptr) return false;
  const bool written = mmioWrite(handle, data.data(), sizeof data) == LONG{sizeof data};
  return (mmioClose(handle, 0) == 0) && written;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

void BM_OpenWriteClose(benchmark::State& state) {
  std::array<Arm, 3> arms{{{"dos", nullptr, RINGPROC_AUTO, {}},
                           {"ring", ringproc_ioproc, RINGPROC_ON, {}},
                           {"ring_survive_off", ringproc_ioproc, RINGPROC_OFF, {}}}};
  for ([[maybe_unused]] auto round : state) {
    for (Arm& arm : arms) {
      std::string file = path(arm.name);
      ringproc_options options{};
      options.size = sizeof options;
      static_cast<void>(ringproc_options_init(&options));
      options.survive = arm.survive;
      static_cast<void>(ringproc_set_path_options(file.c_str(), &options));
      for (int i = 0; i < kBatch; ++i) {
        // A new file each time: ext4 flushes one that was truncated when it is closed.
        std::filesystem::remove(file);
        const auto begin = std::chrono::steady_clock::now();
        if (!open_write_close(arm, file)) state.SkipWithError("open, write or close failed");
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - begin;
        arm.us.push_back(took.count());
      }
    }
  }
  for (const Arm& arm : arms) {
    state.counters[std::string(arm.name) + "_p50_us"] = median(arm.us);
    if (arm.procedure != nullptr) {
      state.counters[std::string(arm.name) + "_ratio"] = median(arm.us) / median(arms[0].us);
    }
    std::filesystem::remove(path(arm.name));
  }
}
BENCHMARK(BM_OpenWriteClose)->Unit(benchmark::kMillisecond);

}  // namespace
