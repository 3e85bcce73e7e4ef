// Waiting for watermarks: every wait of the library ends here, by the watermark, by failure, or by
// time.
#include "drain/drain.hpp"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include "drain/direct.hpp"
#include "probe/probe.hpp"

namespace ringproc::core {
namespace {

constexpr std::chrono::milliseconds kSpaceRetry{200};
constexpr std::chrono::microseconds kLongestWatch{50};

}  // namespace

Drain::Drain(Region& region, Backend& backend, Backend& claims, Helper& helper) noexcept
    : region_(region), backend_(backend), helper_(helper), space_(region, backend, claims) {}

void Drain::begin(Direct direct, Preallocate preallocate, std::uint64_t size) noexcept {
  least_direct_ = direct == Direct::off  ? UINT64_MAX
                  : direct == Direct::on ? kDirectBlock
                                         : kLeastDirect;
  space_.begin(preallocate, direct != Direct::off, size);
}

Target Drain::target() const noexcept {
  const RegionHeader& header = region_.header();
  return {header.accepted.load(std::memory_order_acquire),
          header.patches_pushed.load(std::memory_order_acquire), names_due_.load()};
}

bool Drain::written_to(const Target& target) const noexcept {
  const RegionHeader& header = region_.header();
  return header.written.load(std::memory_order_acquire) >= target.position &&
         header.patches_retired.load(std::memory_order_acquire) >= target.patches;
}

bool Drain::reached(const Target& target, Level level) const noexcept {
  if (level == Level::os) return written_to(target);
  const RegionHeader& header = region_.header();
  return header.durable.load(std::memory_order_acquire) >= target.position &&
         header.patches_durable.load(std::memory_order_acquire) >= target.patches &&
         names_synced_ >= target.names;
}

bool Drain::has_work() const noexcept { return !written_to(target()); }

std::error_code Drain::error_now() const {
  return failure_.failed() ? failure_.get().error : std::error_code{};
}

std::error_code Drain::reach_inline(const Target& target, Level level) noexcept {
  std::unique_lock lock(state_);
  if (level == Level::device && !reached(target, level)) {
    // A leader may be gathering. It is woken once, not by everybody who comes.
    if (++callers_entered_ - callers_covered_ == last_round_) gathered_.notify_one();
  }
  const bool sync = level == Level::device;
  while (!reached(target, level) && !failed()) {
    // Whoever syncs, now or next, writes small things for all callers at once.
    const bool much = is_worth_a_write(target);
    if (sync && !much && syncing_.load()) {
      synced_.wait(lock);
      continue;
    }
    const bool write = !written_to(target) && (!sync || much || last_round_ <= 1);
    if (write ? writing_.load() : syncing_.load()) {
      changed_.wait(lock);
      continue;
    }
    lock.unlock();
    const Step step = write ? write_step(sync) : sync_step();
    lock.lock();
    if (step != Step::no_space) continue;
    // Only bytes that found room are news: the end of another caller's vain try wakes everybody
    // too, and they would drive each other round.
    const std::uint64_t before = header().written.load(std::memory_order_relaxed);  // under state_
    static_cast<void>(changed_.wait_for(lock, kSpaceRetry, [&] {
      return reached(target, level) || failed() ||
             header().written.load(std::memory_order_relaxed) != before;
    }));
  }
  // Whoever is durable gets its success even if something failed meanwhile.
  return reached(target, level) ? std::error_code{} : error_now();
}

std::error_code Drain::reach_by_helper(const Target& target, Level level,
                                       const Deadline& deadline) noexcept {
  {
    const std::lock_guard lock(state_);
    written_wanted_ = std::max(written_wanted_, target.position);
    if (level == Level::device) {
      const Target before = sync_wanted_.value_or(Target{});
      sync_wanted_ = {std::max(before.position, target.position),
                      std::max(before.patches, target.patches),
                      std::max(before.names, target.names)};
    }
  }
  if (!locked([&] { return reached(target, level); })) helper_.want_steps();
  if (level == Level::os) watch_for(target);
  if (wait([&] { return reached(target, level); }, deadline)) return {};
  const std::lock_guard lock(state_);
  return failed() ? error_now() : make_error_code(Errc::timeout);
}

void Drain::want_written() noexcept {
  const std::lock_guard lock(state_);
  written_wanted_ = std::max(written_wanted_, target().position);
}

// Whether what is left of `all` is the end of a block that nobody waits for. With the bytes that
// follow it goes past the page cache, too, and is written once.
bool Drain::leaves_a_tail(const Target& all) const noexcept {
  const std::lock_guard lock(state_);
  const RegionHeader& header = region_.header();
  const std::uint64_t written = header.written.load(std::memory_order_relaxed);  // under state_
  return wrote_direct_ && all.position - written < kDirectBlock && written_wanted_ <= written &&
         header.patches_retired.load(std::memory_order_relaxed) == all.patches;
}

// A short write is over before a thread that slept for it would run again. The step's end is waited
// for too: close needs it next.
void Drain::watch_for(const Target& target) const noexcept {
  const auto until = Clock::now() + kLongestWatch;
  while ((!written_to(target) || writing_.load()) && !failed() && Clock::now() < until) {
    std::this_thread::yield();  // the helper may have been woken on this processor
  }
}

Step Drain::work(std::uint64_t budget) noexcept {
  const RegionHeader& header = region_.header();
  const std::uint64_t begin = header.written.load(std::memory_order_acquire);
  // What comes while this works is left for later: else every turn would end in a tail of tiny
  // writes.
  Target all = target();
  for (;;) {
    const bool done = !failed() && (written_to(all) || leaves_a_tail(all));
    Step step = done ? Step::nothing : write_step(sync_wanted().has_value());
    if (step == Step::busy) {
      if (comes_back(writing_)) return step;
      continue;
    }
    if (step == Step::progressed) {
      if (header.written.load(std::memory_order_acquire) - begin >= budget) return step;
      continue;
    }
    if (step != Step::nothing) return step;
    const std::optional<Target> wanted = sync_wanted();
    if (!wanted && (failed() || !more_is_worth_it(all))) return step;
    if (!wanted) continue;
    if (!written_to(*wanted)) {
      all = *wanted;  // asked for since this turn began
      continue;
    }
    step = sync_step();
    if (step == Step::busy) {
      if (comes_back(syncing_)) return step;
      continue;
    }
    if (step != Step::progressed) return step;
  }
}

bool Drain::is_worth_a_write(const Target& target) const noexcept {
  constexpr std::uint64_t kWorthIt = 256 * 1024;
  const std::uint64_t written = region_.header().written.load(std::memory_order_acquire);
  return target.position > written && target.position - written >= kWorthIt;
}

// So much has come meanwhile that it need not wait for another turn.
bool Drain::more_is_worth_it(Target& all) const noexcept {
  const Target now = target();
  if (!is_worth_a_write(now)) return false;
  all = now;
  return true;
}

// Whether the step is still owned: then its owner, who leaves under state_, calls the helper.
bool Drain::comes_back(const std::atomic<bool>& step) noexcept {
  const std::lock_guard lock(state_);
  if (step.load()) helper_wanted_ = true;
  return step.load();
}

std::optional<Target> Drain::sync_wanted() noexcept {
  const std::lock_guard lock(state_);
  if (sync_wanted_ && reached(*sync_wanted_, Level::device)) sync_wanted_.reset();
  return sync_wanted_;
}

bool Drain::retire_steps(const Deadline& deadline, bool& lost) noexcept {
  std::unique_lock lock(state_);
  // In this order: who syncs may wait for the write step (gather), who writes never for the other.
  for (std::atomic<bool>* const step : {&syncing_, &writing_}) {
    // Given up under state_, taken by whoever is first: so look again after losing.
    while (step->exchange(true)) {
      if (!deadline) {
        changed_.wait(lock);
        continue;
      }
      if (changed_.wait_until(lock, *deadline) == std::cv_status::no_timeout) continue;
      if (!step->exchange(true)) break;
      lock.unlock();
      if (step == &writing_) leave(syncing_);
      return false;
    }
  }
  lost = has_work() && !failed();
  failure_.set({Errc::stale_handle, Operation::none, 0, 0, 0});
  lock.unlock();
  wake_everybody();
  return true;
}

bool Drain::end() noexcept {
  bool done = false;
  {
    // In one step: patches are pushed under state_ too, and not after a failure.
    const std::lock_guard lock(state_);
    done = !has_work();
    failure_.set({Errc::stale_handle, Operation::none, 0, 0, 0});
  }
  wake_everybody();
  return done;
}

void Drain::wake_everybody() noexcept {
  changed_.notify_all();
  synced_.notify_all();
  gathered_.notify_all();
}

void Drain::notify() noexcept {
  { const std::lock_guard lock(state_); }  // orders the change before a waiter's next look
  changed_.notify_all();
}

Failure Drain::failure() const {
  // Not under state_: once it is set it changes no more.
  return failed() ? failure_.get() : Failure{};
}

void Drain::orphan(const Failure& failure) noexcept {
  // The child has one thread. Whoever held these in the parent will never release the copies.
  renew_locks();
  failure_.set(failure);
}

void Drain::renew_locks() noexcept {
  new (&state_) std::mutex;
  for (auto* const waiting : {&changed_, &synced_, &gathered_}) {
    new (waiting) std::condition_variable;
  }
}

void Drain::left_alone() noexcept {
  renew_locks();
  last_round_ = 0;
  writing_.exchange(false);
  syncing_.exchange(false);
  wait_for_space_.store(false);  // there is no later
}

void Drain::fail(const Failure& failure) noexcept {
  {
    const std::lock_guard lock(state_);
    if (probe::mutant(probe::Mutant::lose_sticky_error)) return;
    Failure complete = failure;
    complete.durable = region_.header().durable.load(std::memory_order_acquire);
    failure_.set(complete);
    // For recovery: what failed is never finished automatically. That the file was given up is no
    // failure of its own, but one may come after it.
    const bool given_up = failure_.get().error == Errc::stale_handle;
    const std::error_code error = given_up ? failure.error : failure_.get().error;
    if (error != Errc::stale_handle) {
      region_.header().failure.store(static_cast<std::uint64_t>(-std::int64_t{to_c_code(error)}),
                                     std::memory_order_release);
    }
  }
  wake_everybody();
}

std::uint64_t Drain::take_high_water() noexcept {
  const std::lock_guard lock(state_);
  return std::exchange(recent_high_water_, 0);
}

Drain::Statistics Drain::statistics() const {
  const std::lock_guard lock(state_);
  return statistics_;
}

}  // namespace ringproc::core
