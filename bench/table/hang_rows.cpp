// A disk that hangs during a capture at 100 MB/s, blocks of 16 KiB: bytes lost, and WRITE's p99.9
// against the same run without the hang. The source is a device with a buffer of half a second:
// what the writer takes later than that is lost. The disk is a FUSE file system on DIR whose writes
// can be held (tests/bad_disk).
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "bench/table/group.hpp"
#include "bench/table/hang_mount.hpp"
#include "bench/table/latency.hpp"
#include "bench/table/pacer.hpp"
#include "bench/table/plain_file.hpp"
#include "machine.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::size_t kBlock = 16 * kKiB;
constexpr std::uint64_t kBlocksPerSecond = 100'000'000 / kBlock;
constexpr std::uint64_t kTickNs = 1'000'000;
constexpr std::uint64_t kDeviceBuffer = kBlocksPerSecond / 2;

struct Plan {
  seconds before;
  seconds hang;  // 0: none
  seconds after;
  [[nodiscard]] seconds all() const { return before + hang + after; }
};

struct Outcome {
  HistogramPtr times = make_histogram();
  std::uint64_t lost_bytes = 0;
  ringproc_stats stats{};
};

// Every block is full of its own number, so that each can be found again.
void fill(std::vector<std::uint64_t>& block, std::uint64_t number) {
  std::ranges::fill(block, number);
}

// Writes as a capture does. Returns: how many bytes the device had to drop.
std::uint64_t capture(ringproc::File& file, const Plan& plan, Histogram& times) {
  const std::uint64_t cost = timer_cost();
  std::vector<std::uint64_t> block(kBlock / sizeof(std::uint64_t));
  std::uint64_t captured = 0;  // by the device, taken or dropped
  std::uint64_t number = 0;
  std::uint64_t dropped = 0;
  bool taken = true;
  Pacer pacer(kTickNs);
  const auto begin = Clock::now();
  const auto total = static_cast<std::uint64_t>(plan.all().count()) * kBlocksPerSecond;
  while (captured < total) {
    pacer.wait();
    const std::chrono::duration<double> since = Clock::now() - begin;
    const auto now = std::min(
        total, static_cast<std::uint64_t>(since.count() * static_cast<double>(kBlocksPerSecond)));
    if (now > captured + kDeviceBuffer) {
      dropped += now - captured - kDeviceBuffer;
      captured = now - kDeviceBuffer;
    }
    for (; captured < now; ++captured) {
      fill(block, number++);
      time_calls(1, cost, times,
                 [&] { taken &= file.write(std::as_bytes(std::span(block))).bytes == kBlock; });
    }
  }
  if (!taken) throw std::runtime_error("a write failed");
  return dropped * kBlock;
}

// Returns: bytes of the accepted ones that are not where they belong.
std::uint64_t missing(const std::string& path, std::uint64_t accepted) {
  const PlainFile file(path, O_RDONLY);
  std::vector<std::uint64_t> expected(kBlock / sizeof(std::uint64_t));
  std::vector<std::uint64_t> found(expected.size());
  std::uint64_t wrong = 0;
  for (std::uint64_t at = 0; at < accepted; at += kBlock) {
    fill(expected, at / kBlock);
    const auto n = ::pread(file.fd(), found.data(), kBlock, static_cast<off_t>(at));
    if (n != static_cast<ssize_t>(kBlock) || found != expected) wrong += kBlock;
  }
  return wrong;
}

Outcome run(HangMount& mount, const Plan& plan, std::uint64_t memory_limit) {
  Outcome outcome;
  ringproc::Options options;
  options.memory_limit_bytes = memory_limit;
  options.close_timeout = std::chrono::milliseconds(120'000);
  std::error_code error;
  auto file =
      ringproc::File::open(mount.path() + "/capture.dat", ringproc::Mode::create, error, &options);
  if (error) throw std::system_error(error, "open");
  std::thread disk([&] {
    if (plan.hang.count() == 0) return;
    std::this_thread::sleep_for(plan.before);
    mount.hang();
    std::this_thread::sleep_for(plan.hang);
    mount.release();
  });
  try {
    outcome.lost_bytes = capture(file, plan, *outcome.times);
  } catch (...) {
    disk.join();
    throw;
  }
  disk.join();
  error = file.flush();
  outcome.stats = file.stats();
  if (!error) error = file.close();
  if (error) throw std::system_error(error, "flush");
  outcome.lost_bytes += missing(mount.path() + "/capture.dat", outcome.stats.accepted);
  std::filesystem::remove(mount.path() + "/capture.dat");
  mount.sync();
  return outcome;
}

Results measure(const Context& context) {
  const Plan steady{context.pick(seconds(20), seconds(3)), seconds(0), seconds(0)};
  const Plan hanging{context.pick(seconds(4), seconds(1)), context.pick(seconds(30), seconds(2)),
                     context.pick(seconds(4), seconds(1))};
  const std::uint64_t limit = context.pick(4 * kGiB, 512 * kMiB);
  const auto available = ringproc::tool::available_memory_bytes();
  if (available && *available < limit + kGiB) throw NotHere("needs 5 GiB of free memory");
  HangMount mount(context.directory);
  Results results;
  Measured& lost = results["hang_lost"];
  Measured& latency = results["hang_latency"];
  nlohmann::json raw = nlohmann::json::array();
  // One call that waits all the time does not show in a p99.9.
  double longest_ms = 0;
  const auto arm = [&](const Plan& plan, double& lost_bytes) {
    const Outcome outcome = run(mount, plan, limit);
    lost_bytes = static_cast<double>(outcome.lost_bytes);
    if (plan.hang.count() > 0) {
      longest_ms = std::max(longest_ms, ticks_ns(*outcome.times, 100) / 1e6);
    }
    raw.push_back({{"hang_s", plan.hang.count()},
                   {"seconds", plan.all().count()},
                   {"lost_bytes", outcome.lost_bytes},
                   {"stalls", outcome.stats.stalls},
                   {"stalled_ns", outcome.stats.stalled_ns},
                   {"high_water_bytes", outcome.stats.ring_high_water_bytes},
                   {"memory_bytes", outcome.stats.memory_bytes},
                   {"growth_refusals", outcome.stats.growth_refusals},
                   {"capabilities", outcome.stats.capabilities},
                   {"write", ticks_json(*outcome.times)}});
    return ticks_ns(*outcome.times, 99.9) / 1000;
  };
  const int turns = context.pick(2, 1);
  for (int i = 1; i <= turns; ++i) {
    const std::string which = "turn " + std::to_string(i) + " of " + std::to_string(turns);
    double ours_lost = 0;
    double theirs_lost = 0;
    context.say(which + ", with the hang");
    const double ours = arm(hanging, ours_lost);
    context.say(which + ", without");
    const double theirs = arm(steady, theirs_lost);
    lost.turns.push_back({ours_lost, theirs_lost});
    latency.turns.push_back({ours, theirs});
  }
  lost.note = "a hang of " + std::to_string(hanging.hang.count()) +
              " s at 100 MB/s, memory_limit " + std::to_string(limit / kMiB) + " MiB";
  lost.raw["runs"] = raw;
  latency.note = "unchanged: at most 1.25 x; the longest WRITE with the hang took " +
                 std::to_string(static_cast<long>(longest_ms)) + " ms";
  latency.raw = lost.raw;
  return results;
}

}  // namespace

std::vector<Group> hang_groups() {
  const char* const same = "the same run without the hang";
  return {{"hang",
           {{"hang_lost", "a disk that hangs during a capture: bytes lost", same, "0", "bytes",
             Judged::ours, Bound::at_most, 0},
            {"hang_latency", "a disk that hangs during a capture: WRITE of 16 KiB, p99.9", same,
             "unchanged", "us", Judged::ratio, Bound::at_most, 1.25}},
           4 * kGiB + 512 * kMiB,
           kGiB,
           measure}};
}

}  // namespace bench
