// WRITE against memcpy of the same block into a ring of the same size. In both arms a drain is at
// work and a real file behind: beside the copies, another thread writes what was copied one turn
// ago, so that nothing is added to what is timed. Calls are timed by the time-stamp counter.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <thread>

#include "bench/table/group.hpp"
#include "bench/table/latency.hpp"
#include "bench/table/plain_file.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

constexpr std::size_t kRing = 64 * kMiB;
constexpr std::size_t kStint = 4 * kMiB;      // bytes per arm before the other has its turn
constexpr std::uint64_t kFile = 256 * kMiB;   // overwritten beyond this
constexpr std::size_t kDrained = 256 * kKiB;  // what our drain hands over at once

class CopyArm {
 public:
  explicit CopyArm(const std::string& path) : file_(path), ring_(kRing, std::byte{1}) {}

  void stint(std::span<const std::byte> block, std::uint64_t cost, Histogram& times) {
    std::thread drain([this, from = (at_ + kRing - kStint) % kRing] { drain_from(from); });
    time_calls(kStint / block.size(), cost, times, [&] {
      std::memcpy(ring_.data() + at_, block.data(), block.size());
      asm volatile("" : : "r"(ring_.data()) : "memory");
      at_ = at_ + block.size() == kRing ? 0 : at_ + block.size();
    });
    drain.join();
  }

 private:
  void drain_from(std::size_t from) {
    for (std::size_t done = 0; done < kStint; done += kDrained) {
      const std::span<const std::byte> part(ring_.data() + from + done, kDrained);
      failed_ |= !file_.try_write_at(part, static_cast<off_t>(file_at_));
      file_at_ = (file_at_ + kDrained) % kFile;
    }
    if (failed_) std::fputs("writing failed\n", stderr);
  }

  PlainFile file_;
  std::vector<std::byte> ring_;  // stored to, so that its pages are there
  std::size_t at_ = 0;
  std::uint64_t file_at_ = 0;
  bool failed_ = false;
};

class RingArm {
 public:
  explicit RingArm(const std::string& path) {
    ringproc::Options options;
    options.ring_bytes = kRing;
    options.flush = ringproc::Until::os;
    std::error_code error;
    file_ = ringproc::File::open(path, ringproc::Mode::create, error, &options);
    if (error) throw std::system_error(error, "open");
  }

  void stint(std::span<const std::byte> block, std::uint64_t cost, Histogram& times) {
    bool taken = true;
    time_calls(kStint / block.size(), cost, times,
               [&] { taken &= file_.write(block).bytes == block.size(); });
    std::error_code error = file_.flush();
    if (file_.stats().accepted % kFile < kStint && !error) {
      file_.seek(0, ringproc::Origin::begin, error);
    }
    if (error || !taken) throw std::runtime_error("a write failed");
  }

  void close() {
    if (const auto error = file_.close()) throw std::system_error(error, "close");
  }

 private:
  ringproc::File file_;
};

Measured measure(const Context& context, std::size_t block) {
  const int turns = context.pick(10, 3);
  const int stints = context.pick(100, 5);
  const std::vector<std::byte> data(block, std::byte{0x5a});
  const std::uint64_t cost = timer_cost();
  RingArm ring(context.path("ring.dat"));
  CopyArm copy(context.path("copy.dat"));
  const HistogramPtr all_ring = make_histogram();
  const HistogramPtr all_copy = make_histogram();
  Measured measured;
  for (int turn = 0; turn < turns; ++turn) {
    context.say("turn " + std::to_string(turn + 1) + " of " + std::to_string(turns));
    const HistogramPtr of_ring = make_histogram();
    const HistogramPtr of_copy = make_histogram();
    for (int i = 0; i < stints; ++i) {
      ring.stint(data, cost, *of_ring);
      copy.stint(data, cost, *of_copy);
    }
    // The first turn makes the files and warms the caches.
    if (turn == 0) continue;
    measured.turns.push_back({ticks_ns(*of_ring, 50), ticks_ns(*of_copy, 50)});
    all_ring->merge(*of_ring);
    all_copy->merge(*of_copy);
  }
  ring.close();
  measured.raw = {{"block_bytes", block},
                  {"ring_bytes", kRing},
                  {"timer_cost_ticks", cost},
                  {"ours", ticks_json(*all_ring)},
                  {"theirs", ticks_json(*all_copy)}};
  return measured;
}

Group group(const char* name, std::size_t block, RowSpec row) {
  row.name = std::string(name);
  return {row.name, {row}, kGiB, kGiB, [name, block](const Context& context) {
            return Results{{name, measure(context, block)}};
          }};
}

}  // namespace

std::vector<Group> write_groups() {
  return {group("write_4k", 4 * kKiB,
                {"", "WRITE of 4 KiB, p50", "memcpy into a ring of the same size",
                 "<= memcpy + 60 ns", "ns", Judged::difference, Bound::at_most, 60}),
          group("write_64k", 64 * kKiB,
                {"", "WRITE of 64 KiB, p50", "memcpy into a ring of the same size",
                 "<= 1.25 x (aim 1.10)", "ns", Judged::ratio, Bound::at_most, 1.25})};
}

}  // namespace bench
