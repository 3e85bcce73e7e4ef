// Sixteen callers of WRITEFLUSH on one file against one caller on it: how many flushes one sync
// serves, and the rates. On a growing file, on a prepared one, and where a sync takes milliseconds.
#include <atomic>
#include <chrono>
#include <thread>

#include "bench/table/group.hpp"
#include "bench/table/plain_file.hpp"
#include "bench/table/slow_sync.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

constexpr std::size_t kBlock = 4 * kKiB;
constexpr int kCallers = 16;
constexpr std::uint64_t kPrepared = kGiB;
constexpr std::chrono::milliseconds kSlowSync{2};

struct Stint {
  double flushes_per_s = 0;
  double flushes_per_sync = 0;
};

class Callers {
 public:
  Callers(const std::string& path, bool prepared) : prepared_(prepared) {
    if (prepared) prepare_file(path, kPrepared);
    std::error_code error;
    const auto mode = prepared ? ringproc::Mode::write : ringproc::Mode::create;
    file_ = ringproc::File::open(path, mode, error);
    if (error) throw std::system_error(error, "open");
    static_cast<void>(run(1, std::chrono::milliseconds(50)));  // the directory's sync is over
  }

  [[nodiscard]] Stint run(int callers, std::chrono::milliseconds time) {
    rewind();
    const auto before = file_.stats();
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<bool> failed{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&] {
        const std::vector<std::byte> data(kBlock, std::byte{0x5a});
        while (std::chrono::steady_clock::now() - begin < time) {
          if (file_.write_flush(data).bytes != kBlock) failed = true;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto after = file_.stats();
    if (failed) throw std::runtime_error("a flush failed");
    if (prepared_ && after.logical_size > kPrepared) {
      throw std::runtime_error("the prepared file was too short");
    }
    const auto flushes = static_cast<double>(after.flushes - before.flushes);
    const auto syncs = static_cast<double>(after.syncs - before.syncs);
    return {flushes / took.count(), syncs > 0 ? flushes / syncs : 0};
  }

 private:
  void rewind() {
    if (!prepared_) return;
    std::error_code error;
    file_.seek(0, ringproc::Origin::begin, error);
    if (error) throw std::system_error(error, "seek");
  }

  const bool prepared_;
  ringproc::File file_;
};

struct Pair {
  Measured rate;
  Measured per_sync;
};

Pair compare(const Context& context, Callers& callers, const std::string& what, int turns) {
  const auto time = context.pick(std::chrono::milliseconds(1000), std::chrono::milliseconds(250));
  Pair pair;
  for (int i = 1; i <= turns; ++i) {
    context.say(what + ", turn " + std::to_string(i) + " of " + std::to_string(turns));
    const Stint many = callers.run(kCallers, time);
    const Stint one = callers.run(1, time);
    pair.rate.turns.push_back({many.flushes_per_s, one.flushes_per_s});
    pair.per_sync.turns.push_back({many.flushes_per_sync, one.flushes_per_sync});
  }
  pair.rate.raw = {{"block_bytes", kBlock}, {"callers", kCallers}};
  pair.per_sync.raw = pair.rate.raw;
  return pair;
}

// Where one caller's rate tells that a sync takes a millisecond by itself.
bool syncs_are_slow(const Pair& pair) {
  double least = pair.rate.turns.front().theirs.value_or(0);
  for (const Turn& turn : pair.rate.turns) least = std::min(least, turn.theirs.value_or(0));
  return least < 1000;
}

Results measure(const Context& context) {
  const int turns = context.pick(5, 2);
  Results results;
  bool slow = false;
  {
    Callers callers(context.path("growing.dat"), false);
    const Pair pair = compare(context, callers, "growing", turns);
    results["callers_growing"] = pair.rate;
    results["flushes_per_sync_growing"] = pair.per_sync;
    slow = syncs_are_slow(pair);
    set_sync_delay(kSlowSync);
    Pair slowed = compare(context, callers, "slow syncs", turns);
    set_sync_delay(std::chrono::milliseconds(0));
    slowed.rate.note = "each fdatasync made 2 ms longer by the benchmark itself";
    slowed.rate.raw["sync_delay_ms"] = kSlowSync.count();
    results["callers_slow_sync"] = slowed.rate;
  }
  {
    Callers callers(context.path("prepared.dat"), true);
    const Pair pair = compare(context, callers, "prepared", turns);
    results["callers_prepared"] = pair.rate;
    results["flushes_per_sync_prepared"] = pair.per_sync;
  }
  results["callers_growing"].note = slow ? "a WRITEFLUSH takes 1 ms or more here: >= 10 x applies"
                                         : "a WRITEFLUSH takes less than 1 ms here";
  return results;
}

}  // namespace

std::vector<Group> callers_groups() {
  const char* const one = "one caller";
  return {{"callers",
           {{"flushes_per_sync_growing", "16 callers on one growing file: flushes per sync", one,
             ">= 12", "flushes per sync", Judged::ours, Bound::at_least, 12},
            {"flushes_per_sync_prepared", "the same, prepared file", one, ">= 12",
             "flushes per sync", Judged::ours, Bound::at_least, 12},
            {"callers_growing", "16 callers on one growing file: rate", one, ">= 5 x",
             "flushes per s", Judged::ratio, Bound::at_least, 5},
            {"callers_prepared", "16 callers on one prepared file: rate", one, ">= 4 x",
             "flushes per s", Judged::ratio, Bound::at_least, 4},
            {"callers_slow_sync", "16 callers where a sync takes >= 1 ms: rate", one, ">= 10 x",
             "flushes per s", Judged::ratio, Bound::at_least, 10}},
           2 * kGiB,
           kGiB,
           measure}};
}

}  // namespace bench
