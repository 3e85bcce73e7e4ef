// Many files at once: 1,024 recordings at 48 kHz, 16 bits, mono, in blocks of 1,024 frames, all by
// one thread in real time; through the library or through stdio. Prints processor time of the
// process, threads, and memory.
//
//   many_files ring|stdio DIRECTORY [FILES [SECONDS]]
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ringproc/ringproc.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRate = 48'000;
constexpr std::size_t kFrames = 1024;
constexpr std::size_t kBytes = kFrames * 2;
constexpr int kSlots = 8;  // the files' blocks do not come all at once

double cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

long status(std::string_view key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::atol(line.c_str() + key.size() + 1);
  }
  return -1;
}

long switches() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  return use.ru_nvcsw + use.ru_nivcsw;
}

// One file, either way.
class Sink {
 public:
  Sink(bool ring, const std::string& path) {
    if (ring) {
      if (ringproc_open(path.c_str(), RINGPROC_CREATE, nullptr, &ring_) != 0) ring_ = nullptr;
    } else {
      stdio_ = std::fopen(path.c_str(), "wb");
    }
  }
  [[nodiscard]] bool ok() const { return ring_ != nullptr || stdio_ != nullptr; }
  bool write(const void* data, std::size_t n) {
    if (ring_ != nullptr) return ringproc_write(ring_, data, n) == static_cast<int64_t>(n);
    return std::fwrite(data, 1, n, stdio_) == n;
  }
  bool close() { return ring_ != nullptr ? ringproc_close(ring_) == 0 : std::fclose(stdio_) == 0; }

 private:
  ringproc_file* ring_ = nullptr;
  std::FILE* stdio_ = nullptr;
};

bool stream(std::vector<Sink>& sinks, double seconds) {
  static std::array<char, kBytes> data{};
  const auto period = std::chrono::duration<double>(kFrames / kRate);
  const auto begin = Clock::now();
  bool ok = true;
  for (int tick = 0; tick * period.count() < seconds * kSlots; ++tick) {
    std::this_thread::sleep_until(
        begin + std::chrono::duration_cast<Clock::duration>(period * tick / kSlots));
    for (auto i = static_cast<std::size_t>(tick % kSlots); i < sinks.size(); i += kSlots) {
      ok &= sinks[i].write(data.data(), data.size());
    }
  }
  return ok;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const bool ring = std::string_view(argv[1]) == "ring";
  const std::filesystem::path directory = std::filesystem::path(argv[2]) / "many-files";
  const int files = argc > 3 ? std::atoi(argv[3]) : 1024;
  const double seconds = argc > 4 ? std::atof(argv[4]) : 10;
  rlimit limit{65536, 65536};
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::filesystem::create_directories(directory);

  const double before_open = cpu_seconds();
  std::vector<Sink> sinks;
  for (int i = 0; i < files; ++i) {
    sinks.emplace_back(ring, directory / std::to_string(i));
    if (!sinks.back().ok()) return 3;
  }
  const double before = cpu_seconds();
  const long idle_kib = status("VmRSS:");
  const long before_switches = switches();
  const bool written = stream(sinks, seconds);
  const double before_close = cpu_seconds();
  const long switched = switches() - before_switches;
  const long kib = status("VmRSS:");
  const long threads = status("Threads:");
  bool closed = true;
  for (Sink& sink : sinks) closed &= sink.close();
  std::printf(
      "%s: files %d  cpu s: open %.3f, stream %.3f (%.2f %% of one), close %.3f  "
      "switches/s %.0f  threads %ld  resident KiB: open %ld, streaming %ld\n",
      argv[1], files, before - before_open, before_close - before,
      100 * (before_close - before) / seconds, cpu_seconds() - before_close,
      static_cast<double>(switched) / seconds, threads, idle_kib, kib);
  std::filesystem::remove_all(directory);
  return written && closed ? 0 : 1;
}
