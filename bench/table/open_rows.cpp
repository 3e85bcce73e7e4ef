// Open, write 1 KiB, close: our procedure against the built-in one, through the same mmio
// functions, every option at its default.
#include <array>
#include <chrono>
#include <filesystem>

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
  measured.raw = {{"calls_per_turn", kBatch}, {"bytes", 1024}};
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
