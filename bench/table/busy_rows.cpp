// WRITE while the disk is busy (bench/busy.fio): our procedure against the built-in one, both
// through mmioWrite, in turns beside the same fio. Both are fed like a capture, at 20 MB/s: 20
// blocks of 1 KiB every millisecond.
#include <signal.h>

#include <cmath>
#include <cstring>
#include <thread>

#include "bench/table/fio.hpp"
#include "bench/table/group.hpp"
#include "bench/table/latency.hpp"
#include "bench/table/mmio_file.hpp"
#include "bench/table/pacer.hpp"
#include "bench/table/process.hpp"

namespace bench {
namespace {

constexpr std::size_t kBlock = kKiB;
constexpr int kPerTick = 20;
constexpr std::uint64_t kTickNs = 1'000'000;
constexpr int kPerSecond = 1000 * kPerTick;
constexpr double kMillion = 1e6;

class BusyDisk {
 public:
  BusyDisk(const Context& context, int seconds)
      : context_(context),
        fio_({"fio", RINGPROC_BUSY_JOB, "--output-format=json",
              "--output=" + context.path("report.json")},
             context.path("fio.out"), context.path("fio.err"),
             {"BUSY_DIR=" + context.directory, "BUSY_SECONDS=" + std::to_string(seconds),
              std::string("BUSY_RANDOM=") + context.pick("1g", "64m"),
              std::string("BUSY_SEQUENTIAL=") + context.pick("8g", "256m")}) {
    // Its files are written by now, as good as any: what follows are overwrites.
    std::this_thread::sleep_for(std::chrono::seconds(context.pick(4, 1)));
  }

  // It works until it is told to stop. Returns: what it did meanwhile, per job.
  [[nodiscard]] nlohmann::json stop() {
    fio_.signal(SIGINT);
    const int status = fio_.wait();
    // It says first by which signal it ends.
    const std::string text = contents_of(context_.path("report.json"));
    const auto report =
        nlohmann::json::parse(text.substr(std::min(text.size(), text.find('{'))), nullptr, false);
    if (report.is_discarded()) {
      if (status == 127) throw NotHere("fio is not installed");
      throw std::runtime_error("fio ended with status " + std::to_string(status) + ": " +
                               contents_of(context_.path("fio.err")));
    }
    nlohmann::json jobs;
    for (const auto& job : report.at("jobs")) {
      const auto& write = job.at("write");
      jobs[job.at("jobname").get<std::string>()] = {{"iops", write.at("iops")},
                                                    {"bytes_per_s", write.at("bw_bytes")}};
      if (write.at("io_bytes") == 0) throw std::runtime_error("fio did not make the disk busy");
    }
    return jobs;
  }

 private:
  const Context& context_;
  Process fio_;
};

const std::vector<std::byte>& block() {
  static const std::vector<std::byte> data(kBlock, std::byte{0x5a});
  return data;
}

// Returns: the times of its calls. A slow arm makes fewer in the same time.
template <typename Call>
HistogramPtr timed(int seconds, std::uint64_t cost, Call call) {
  HistogramPtr times = make_histogram();
  Pacer pacer(kTickNs);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (int tick = 0; tick < seconds * 1000 && std::chrono::steady_clock::now() < end; ++tick) {
    pacer.wait();
    time_calls(kPerTick, cost, *times, call);
  }
  return times;
}

// Writes that waited for room, because the disk stood still for longer than the ring lasts (0.8 s).
struct Waits {
  std::uint64_t writes = 0;
  std::uint64_t ns = 0;
};

HistogramPtr capture(const Context& context, By by, int seconds, std::uint64_t cost, Waits& waits) {
  MmioFile file(context.path(by == By::ring ? "ring.dat" : "dos.dat"), by);
  bool taken = true;
  HistogramPtr times = timed(seconds, cost, [&] { taken &= file.try_write(block()); });
  if (!taken) throw std::runtime_error("a write failed");
  if (by == By::ring) {
    const ringproc_stats stats = file.stats();
    waits.writes += stats.stalls;
    waits.ns += stats.stalled_ns;
  }
  file.close();
  return times;
}

// The limit: how long the same thread is kept from a plain copy.
HistogramPtr copy_only(int seconds, std::uint64_t cost) {
  std::vector<std::byte> memory(16 * kMiB, std::byte{1});
  std::size_t at = 0;
  return timed(seconds, cost, [&] {
    std::memcpy(memory.data() + at, block().data(), kBlock);
    asm volatile("" : : "r"(memory.data()) : "memory");
    at = (at + kBlock) % memory.size();
  });
}

Results measure(const Context& context) {
  require_io_uring();
  const int turns = context.pick(4, 2);
  const int seconds = context.pick(13, 1);
  const std::uint64_t cost = timer_cost();
  const HistogramPtr ring = make_histogram();
  const HistogramPtr dos = make_histogram();
  Waits waits;
  Measured measured;
  BusyDisk disk(context, 4 * turns * seconds + 60);
  const auto arm = [&](By by, Histogram& all) {
    const HistogramPtr times = capture(context, by, seconds, cost, waits);
    all.merge(*times);
    return ticks_ns(*times, 99.99) / 1000;
  };
  measured.turns = alternate(
      context, turns, [&] { return arm(By::ring, *ring); }, [&] { return arm(By::dos, *dos); });
  const HistogramPtr copies = copy_only(seconds, cost);
  measured.raw = {{"block_bytes", kBlock},      {"writes_per_s", kPerSecond},
                  {"busy", disk.stop()},        {"ours", ticks_json(*ring)},
                  {"theirs", ticks_json(*dos)}, {"copies", ticks_json(*copies)},
                  {"waits", waits.writes},      {"waits_ns", waits.ns}};
  measured.note =
      "beside the same fio, a plain copy into memory at the same pace has a p99.99 of " +
      std::to_string(std::lround(ticks_ns(*copies, 99.99) / 1000)) + " us";
  if (waits.writes > 0) {
    measured.note += "; the disk stood still for longer than the ring lasts (16 MiB, 0.8 s), and " +
                     std::to_string(waits.writes) + " writes waited, " +
                     std::to_string(waits.ns / 1'000'000) + " ms in all";
  }
  const auto n = static_cast<double>(std::min(ring->count(), dos->count()));
  if (n < kMillion) {
    measured.note += "; fewer than a million samples (" + std::to_string(static_cast<long>(n)) +
                     "): p99.9 and maximum are in the raw numbers";
  }
  return {{"write_busy", measured}};
}

}  // namespace

std::vector<Group> busy_groups() {
  return {{"write_busy",
           {{"write_busy", "WRITE of 1 KiB at 20 MB/s while the disk is busy, p99.99",
             "the built-in 'DOS ' in the same conditions", "<= 1/50", "us", Judged::ratio,
             Bound::at_most, 0.02}},
           10 * kGiB,
           kGiB,
           measure}};
}

}  // namespace bench
