// A writer in steady capture makes no system call and meets no page fault. Three kinds of capture,
// each on a thread and a file of its own, side by side. The wait for the capture clock
// (clock_nanosleep) is the benchmark's own and is not counted; everything else the writing thread
// does is.
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>

#include "bench/table/group.hpp"
#include "bench/table/mmio_file.hpp"
#include "bench/table/pacer.hpp"
#include "bench/table/thread_watch.hpp"

namespace bench {
namespace {

struct Kind {
  const char* name;
  const char* what;
  std::size_t block_bytes;
  std::uint64_t period_ns;
};

constexpr std::array<Kind, 3> kKinds{
    {{"capture_192k", "64 frames, 192 kHz, 64 channels of 32 bits", 64 * 64 * 4, 333'333},
     {"capture_44k", "1,024 frames, 44.1 kHz, 2 channels of 16 bits", 1024 * 2 * 2, 23'219'955},
     {"capture_slow", "one write of 4 KiB per second", 4096, 1'000'000'000}}};

class Capture {
 public:
  Capture(const Context& context, const Kind& kind)
      : kind_(kind), file_(context.path(std::string(kind.name) + ".dat"), By::ring) {
    thread_ = std::thread([this] { run(); });
    while (id_.load() == 0) std::this_thread::yield();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() {
    if (thread_.joinable()) stop();
  }

  [[nodiscard]] pid_t thread() const { return id_.load(); }
  [[nodiscard]] bool failed() const { return failed_.load(); }
  [[nodiscard]] ringproc_stats stats() const { return file_.stats(); }
  void stop() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run() {
    const std::vector<std::byte> data(kind_.block_bytes, std::byte{0x5a});
    id_ = ::gettid();
    Pacer pacer(kind_.period_ns);
    while (!stop_.load(std::memory_order_relaxed)) {
      pacer.wait();
      if (!file_.try_write(data)) failed_ = true;
    }
  }

  const Kind& kind_;
  MmioFile file_;
  std::atomic<pid_t> id_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::thread thread_;
};

void add(Results& results, const Kind& kind, const Seen& seen, const ringproc_stats& before,
         const ringproc_stats& after, int seconds) {
  const nlohmann::json raw{{"seconds", seconds},
                           {"block_bytes", kind.block_bytes},
                           {"writes", after.writes - before.writes},
                           {"system_calls", seen.system_calls},
                           {"doorbells", after.doorbells - before.doorbells},
                           {"stalls", after.stalls - before.stalls},
                           {"memory_bytes", after.memory_bytes},
                           {"growth_refusals", after.growth_refusals}};
  Measured calls;
  calls.turns.push_back({static_cast<double>(seen.calls()), std::nullopt});
  calls.raw = raw;
  calls.note = "in " + std::to_string(seconds) + " s, " +
               std::to_string(after.writes - before.writes) + " writes";
  for (const auto& [name, count] : seen.system_calls) {
    calls.note += ", " + std::to_string(count) + " x " + name;
  }
  Measured faults = calls;
  faults.turns.front().ours = static_cast<double>(seen.page_faults);
  results[std::string(kind.name) + "_calls"] = std::move(calls);
  results[std::string(kind.name) + "_faults"] = std::move(faults);
}

Results measure(const Context& context) {
  const int seconds = context.pick(60, 3);
  std::vector<std::unique_ptr<Capture>> captures;
  std::vector<std::unique_ptr<ThreadWatch>> watches;
  std::vector<ringproc_stats> before;
  for (const Kind& kind : kKinds) captures.push_back(std::make_unique<Capture>(context, kind));
  // Until the rings have the size that they keep, and the slowest has been round its own once.
  context.say("warming up");
  std::this_thread::sleep_for(std::chrono::seconds(context.pick(15, 3)));
  for (const auto& capture : captures) {
    watches.push_back(std::make_unique<ThreadWatch>(capture->thread(), context.directory));
    before.push_back(capture->stats());
  }
  context.say("watching for " + std::to_string(seconds) + " s");
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  Results results;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const Seen seen = watches[i]->end();
    add(results, kKinds[i], seen, before[i], captures[i]->stats(), seconds);
  }
  for (const auto& capture : captures) {
    capture->stop();
    if (capture->failed()) throw std::runtime_error("a write failed");
  }
  return results;
}

}  // namespace

std::vector<Group> capture_groups() {
  Group group{"capture", {}, 4 * kGiB, 512 * kMiB, measure};
  for (const Kind& kind : kKinds) {
    const std::string name = kind.name;
    const std::string what = std::string("writer in steady capture, ") + kind.what;
    group.rows.push_back({name + "_calls", what + ": system calls", "", "0", "system calls",
                          Judged::ours, Bound::at_most, 0});
    group.rows.push_back({name + "_faults", what + ": page faults", "", "0", "page faults",
                          Judged::ours, Bound::at_most, 0});
  }
  return {group};
}

}  // namespace bench
