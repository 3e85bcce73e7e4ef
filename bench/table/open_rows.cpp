// Open, write 1 KiB, close: our procedure against the built-in one, through the same mmio
// functions, every option at its default.
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "bench/table/group.hpp"
#include "bench/table/mmio_file.hpp"

namespace bench {
namespace {

constexpr int kBatch = 50;  // of each arm before the other has its turn

double once_us(const std::string& path, By by) {
  static const std::array<std::byte, 1024> data{};
  // A new file each time: ext4 flushes one that was cut when it is closed.
  std::filesystem::remove(path);
  const auto begin = std::chrono::steady_clock::now();
  MmioFile file(path, by);
  file.write(data);
  file.close();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
      .count();
}

double batch_us(const std::string& path, By by) {
  std::vector<double> all;
  for (int i = 0; i < kBatch; ++i) all.push_back(once_us(path, by));
  return median(all);
}

// The limit of a close that may run out of time: somebody else makes its system calls. Handing that
// over to a thread that sleeps, and hearing of its end, at the pace of the calls above.
double handover_us(const std::string& path) {
  std::atomic<int> asked{0};
  std::atomic<int> done{0};
  std::thread helper([&] {
    for (int i = 1; i <= kBatch; ++i) {
      for (int seen = asked.load(); seen < i; seen = asked.load()) asked.wait(seen);
      done.store(i);
      done.notify_one();
    }
  });
  std::vector<double> all;
  for (int i = 1; i <= kBatch; ++i) {
    static_cast<void>(once_us(path, By::dos));  // meanwhile the helper falls asleep
    const auto begin = std::chrono::steady_clock::now();
    asked.store(i);
    asked.notify_one();
    for (int seen = done.load(); seen < i; seen = done.load()) done.wait(seen);
    const auto took = std::chrono::steady_clock::now() - begin;
    all.push_back(std::chrono::duration<double, std::micro>(took).count());
  }
  helper.join();
  return median(all);
}

Results measure(const Context& context) {
  const std::string ring = context.path("ring.dat");
  const std::string dos = context.path("dos.dat");
  // The first open of a process starts threads.
  static_cast<void>(batch_us(ring, By::ring));
  static_cast<void>(batch_us(dos, By::dos));
  Measured measured;
  measured.turns = alternate(
      context, context.pick(20, 5), [&] { return batch_us(ring, By::ring); },
      [&] { return batch_us(dos, By::dos); });
  const double handover = handover_us(dos);
  measured.raw = {{"calls_per_turn", kBatch}, {"bytes", 1024}, {"handover_us", handover}};
  measured.note =
      "a close has a time-out, so another thread writes: waking one that sleeps, and "
      "hearing of it, takes " +
      std::to_string(std::lround(handover)) + " us here";
  return {{"open_close", measured}};
}

}  // namespace

std::vector<Group> open_groups() {
  return {{"open_close",
           {{"open_close", "open + write 1 KiB + close, p50", "the built-in 'DOS '", "<= 3 x", "us",
             Judged::ratio, Bound::at_most, 3}},
           kMiB,
           kMiB,
           measure}};
}

}  // namespace bench
