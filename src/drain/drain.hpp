// The consumer's side of a file: the write step and the sync step, plain functions that any thread
// may run (a lane, a flush caller, close, replay, tests), and the waiting for watermarks. Knows no
// executor and no handle.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "base/failure.hpp"
#include "drain/space_ahead.hpp"
#include "region/region.hpp"
#include "region/run_table.hpp"

namespace ringproc::core {

struct Batch;

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;  // none: no limit

// What a flush covers: positions of the stream, patches by number, directory entries that became
// due.
struct Target {
  std::uint64_t position = 0;
  std::uint64_t patches = 0;
  std::uint64_t names = 0;
};

enum class Level : std::uint32_t { device = 0, os = 1 };

enum class Step {
  nothing,     // there was nothing to do
  progressed,  // a batch was written, or a sync was done
  busy,        // another thread owns the step
  no_space,    // the disk is full and wait_for_space is on: try again later
  failed,      // the sticky failure is set
};

// Invariants:
//  (1) written only grows by bytes that the OS took in order; a patch is written when written ==
//  its position. (2) durable only takes values that `written` had before a successful sync began.
//  (3) After the first failure no step does anything.
//  (4) Watermarks, patches and the two step flags change under state_; so a waiter that looks under
//  state_ misses nothing.
class Drain {
 public:
  // Who is asked to run the steps when a thread that cannot run them finds work.
  class Helper {
   public:
    virtual ~Helper() = default;
    virtual void want_steps() noexcept = 0;
  };

  // claims: the backend that knows what other processes do with the file; often the same.
  Drain(Region& region, Backend& backend, Backend& claims, Helper& helper) noexcept;
  // How bytes reach the device, and the file's size. Before the first step.
  void begin(Direct direct, Preallocate preallocate, std::uint64_t size) noexcept;

  // ---- steps: any thread ----

  // Writes one batch: the next patch, or pending bytes that are contiguous in the file.
  // sync_follows: somebody waits for the device anyway. Blocks: on the device.
  [[nodiscard]] Step write_step(bool sync_follows = false) noexcept;
  // Syncs what was written before it began; the directory entry too if that is due. Blocks: on the
  // device.
  [[nodiscard]] Step sync_step() noexcept;
  // Cuts the file to nothing, between two write steps. Requires: nothing is pending but patches,
  // and nobody accepts. Errors: the OS's; Errc::timeout. Blocks: on a write step, on the device.
  [[nodiscard]] std::error_code cut(const Deadline& deadline) noexcept;
  // Runs steps until everything accepted before this call is written, and durable as far as a timed
  // flush asked for it; about `budget` bytes. After a direct write less than a block may be left,
  // unless somebody wants it. Returns: nothing when done, progressed when the budget was used up,
  // else what stopped it; after busy the helper is called when the step's owner leaves.
  [[nodiscard]] Step work(std::uint64_t budget) noexcept;
  // Everything accepted now is wanted: the next work() leaves nothing of it.
  void want_written() noexcept;
  // Gives back what was taken beyond the file's end. Requires: retire_steps(), or nobody else runs
  // steps. Errors: the OS's. Blocks: on the device.
  [[nodiscard]] std::error_code give_back_space() noexcept;

  // ---- waiting: any thread ----

  // Everything accepted when called. With acquire: covers every write that happened before.
  [[nodiscard]] Target target() const noexcept;
  // Waits until target is written (Level::os) or durable (Level::device), running the steps itself
  // if nobody does. Returns: the sticky failure if that came first. Blocks: on the device.
  [[nodiscard]] std::error_code reach_inline(const Target& target, Level level) noexcept;
  // The same, but leaves the steps to the helper and gives up at the deadline. Errors: also
  // Errc::timeout.
  [[nodiscard]] std::error_code reach_by_helper(const Target& target, Level level,
                                                const Deadline& deadline) noexcept;
  // Waits until ready() holds, the file failed, or the deadline passed. ready() is called under
  // state_.
  template <typename Ready>
  [[nodiscard]] bool wait(Ready ready, const Deadline& deadline);
  // Takes both steps for good, so that the file can be closed under nobody's feet; whoever waits is
  // released, with Errc::stale_handle unless it has what it waits for. Returns false, with nothing
  // taken for good, if somebody was still inside a step at the deadline. `lost`: bytes had been
  // accepted that nobody will write.
  [[nodiscard]] bool retire_steps(const Deadline& deadline, bool& lost) noexcept;
  // Nothing is accepted, written or waited for from now on: Errc::stale_handle, unless there was a
  // failure before. Returns: whether everything accepted is written, patches included. Requires:
  // the producer was stopped.
  [[nodiscard]] bool end() noexcept;
  // Something outside changed that ready() functions look at.
  void notify() noexcept;

  // ---- patches: any thread but one that holds the producer lock ----

  // Adds a patch after everything accepted now. Returns false if the list is full. Requires: data
  // <= kMaxPatch.
  [[nodiscard]] bool try_patch(std::span<const std::byte> data, std::uint64_t file_offset);

  // ---- for readers: a consistent view under state_ ----
  template <typename Look>
  auto locked(Look look) const {
    const std::lock_guard lock(state_);
    return look();
  }

  // ---- failure ----
  [[nodiscard]] bool failed() const noexcept { return failure_.failed(); }
  [[nodiscard]] Failure failure() const;
  void fail(const Failure& failure) noexcept;
  // In the child of a fork: fails for good, without the mutex, which a thread of the parent may
  // have held.
  void orphan(const Failure& failure) noexcept;
  // In a process that is ending: the other threads are gone, wherever they were. Gives the steps
  // and the mutex free; what they had done so far is as if the process had been killed, which the
  // region bears. Requires: os::process_is_ending().
  void left_alone() noexcept;

  // ---- settings and statistics ----
  void set_wait_for_space(bool wait) noexcept { wait_for_space_.store(wait); }
  // The next flush covers the directory entry too (and the size, for a file that was cut).
  void name_is_due() noexcept { names_due_.fetch_add(1); }
  // Whether large data goes past the page cache, and space is taken ahead, as far as neither has
  // been refused so far.
  [[nodiscard]] bool writes_direct() const noexcept {
    return least_direct_ != UINT64_MAX && backend_.can_write_direct();
  }
  [[nodiscard]] bool takes_space_ahead() const noexcept { return space_.in_force(); }
  [[nodiscard]] bool names_can_sync() const noexcept { return names_can_sync_.load(); }
  [[nodiscard]] bool has_work() const noexcept;

  struct Statistics {
    std::uint64_t os_writes, direct_bytes, syncs, sync_ns_mean, high_water;
  };
  [[nodiscard]] Statistics statistics() const;
  // The most that was pending when a write step began since the last call.
  [[nodiscard]] std::uint64_t take_high_water() noexcept;

  [[nodiscard]] RegionHeader& header() const noexcept { return region_.header(); }

 private:
  [[nodiscard]] bool reached(const Target& target, Level level) const noexcept;
  [[nodiscard]] bool written_to(const Target& target) const noexcept;
  void watch_for(const Target& target) const noexcept;
  void wake_everybody() noexcept;
  void renew_locks() noexcept;
  void note_pending() noexcept;
  [[nodiscard]] Step write_owned(bool sync_follows) noexcept;
  [[nodiscard]] std::error_code write_out(const Batch& batch, std::uint64_t syncs,
                                          std::uint64_t& done) noexcept;
  [[nodiscard]] bool leaves_a_tail(const Target& all) const noexcept;
  [[nodiscard]] bool is_worth_a_write(const Target& target) const noexcept;
  [[nodiscard]] bool more_is_worth_it(Target& all) const noexcept;
  void leave(std::atomic<bool>& step) noexcept;
  [[nodiscard]] bool comes_back(const std::atomic<bool>& step) noexcept;
  [[nodiscard]] Step sync_owned() noexcept;
  [[nodiscard]] Step gather(std::unique_lock<std::mutex>& lock) noexcept;
  [[nodiscard]] std::optional<Target> sync_wanted() noexcept;
  [[nodiscard]] std::error_code error_now() const;

  Region& region_;
  Backend& backend_;
  Helper& helper_;

  mutable std::mutex state_;
  std::condition_variable changed_;    // watermarks, steps
  std::condition_variable synced_;     // callers for whom somebody syncs, now or next
  std::condition_variable gathered_;   // who syncs, waiting for callers
  StickyFailure failure_;              // set under state_
  bool helper_wanted_ = false;         // guarded by state_: a helper found a step busy
  std::optional<Target> sync_wanted_;  // guarded by state_: what timed flushes wait for
  std::uint64_t written_wanted_ = 0;   // guarded by state_: a position that somebody waits for
  bool wrote_direct_ = false;          // guarded by state_: the last write did
  std::uint64_t least_direct_ = UINT64_MAX;  // in one write; set by begin()
  SpaceAhead space_;                         // the owner's of the write step
  // Flush callers that found themselves not durable: all so far, those that came before the last
  // sync began, and those that came between the beginning of the sync before it and its end.
  std::uint64_t callers_entered_ = 0;    // guarded by state_
  std::uint64_t callers_covered_ = 0;    // guarded by state_
  std::uint64_t last_round_ = 0;         // guarded by state_
  Statistics statistics_{};              // guarded by state_
  std::uint64_t recent_high_water_ = 0;  // guarded by state_
  std::atomic<bool> writing_{false};
  std::atomic<bool> syncing_{false};
  std::atomic<bool> wait_for_space_{false};
  std::atomic<std::uint64_t> names_due_{0};
  std::uint64_t names_synced_ = 0;  // guarded by state_
  std::atomic<bool> names_can_sync_{true};
};

template <typename Ready>
bool Drain::wait(Ready ready, const Deadline& deadline) {
  std::unique_lock lock(state_);
  const auto done = [&] { return ready() || failed(); };
  if (!deadline) {
    changed_.wait(lock, done);
    return ready();
  }
  static_cast<void>(changed_.wait_until(lock, *deadline, done));
  return ready();
}

}  // namespace ringproc::core
