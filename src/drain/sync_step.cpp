// The sync step and group commit: one sync satisfies every caller whose bytes were written before
// it began.
#include <algorithm>
#include <utility>

#include "drain/drain.hpp"
#include "probe/probe.hpp"

namespace ringproc::core {

Step Drain::sync_step() noexcept {
  if (failed()) return Step::failed;
  // acquire: pairs with the exchange below; one sync at a time, in order.
  if (syncing_.exchange(true, std::memory_order_acquire)) return Step::busy;
  const Step step = sync_owned();
  leave(syncing_);
  return step;
}

Step Drain::sync_owned() noexcept {
  RegionHeader& header = region_.header();
  Target before;
  bool name_due = false;
  std::uint64_t covered_before = 0;
  {
    std::unique_lock lock(state_);
    const Step step = gather(lock);
    if (step != Step::progressed) return step;
    covered_before = std::exchange(callers_covered_, callers_entered_);
    // Under state_: nothing written after this line is claimed by this sync.
    before = {header.written.load(std::memory_order_relaxed),
              header.patches_retired.load(std::memory_order_relaxed), names_due_.load()};
    name_due = before.names != names_synced_;
  }
  const auto start = Clock::now();
  Operation operation = Operation::sync;
  std::error_code error;
  if (!probe::mutant(probe::Mutant::skip_sync)) error = backend_.sync();
  if (error && probe::mutant(probe::Mutant::retry_failed_sync)) error = backend_.sync();
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start);
  if (!error && name_due && !probe::mutant(probe::Mutant::forget_directory_sync)) {
    operation = Operation::sync_name;
    error = backend_.sync_name();
    if (error == std::errc::not_supported) {
      names_can_sync_.store(false);
      error.clear();
    }
  }
  if (error) {
    fail({error, operation, 0, before.position, 0});
    return Step::failed;
  }
  const std::lock_guard lock(state_);
  if (probe::mutant(probe::Mutant::count_running_sync)) {
    before.position = target().position;
  }
  ++statistics_.syncs;
  // Those whom this sync releases, who may soon be back, and those who came too late for it.
  last_round_ = callers_entered_ - covered_before;
  const auto ns = static_cast<std::uint64_t>(took.count());
  statistics_.sync_ns_mean = statistics_.syncs == 1
                                 ? ns
                                 : statistics_.sync_ns_mean - statistics_.sync_ns_mean / 8 + ns / 8;
  header.durable.store(before.position, std::memory_order_release);
  probe::stored();
  header.patches_durable.store(before.patches, std::memory_order_release);
  probe::stored();
  names_synced_ = before.names;
  return Step::progressed;
}

// With many callers the leader waits for as many as there were around the last sync: those it
// released, who may come again, and those who were too late for it. At most half a mean sync; a
// caller that was alone never waits. What they accepted is then written in one go, so that this
// sync covers it. (Without the latter, 16 callers were two groups of 8 that took turns.)
Step Drain::gather(std::unique_lock<std::mutex>& lock) noexcept {
  if (last_round_ <= 1) return failed() ? Step::failed : Step::progressed;
  const auto limit = Clock::now() + std::chrono::nanoseconds(statistics_.sync_ns_mean / 2);
  static_cast<void>(gathered_.wait_until(lock, limit, [this] {
    return callers_entered_ - callers_covered_ >= last_round_ || failed();
  }));
  const Target all = target();
  while (!written_to(all) && !failed()) {
    if (writing_.load()) {
      changed_.wait(lock, [&] { return !writing_.load() || written_to(all) || failed(); });
      continue;
    }
    lock.unlock();
    const Step step = write_step(true);
    lock.lock();
    if (step == Step::no_space) return step;
  }
  return failed() ? Step::failed : Step::progressed;
}

}  // namespace ringproc::core
