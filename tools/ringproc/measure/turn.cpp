#include "measure/turn.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "measure/places.hpp"
#include "measure/schedule.hpp"

namespace ringproc::tool::measure {
namespace {

using os::Clock;
using Seconds = std::chrono::duration<double>;

// Between all threads being there and the first operation being due.
constexpr std::chrono::milliseconds kLead{2};
constexpr std::chrono::seconds kLeastGrace{1};
// The longest sleep without a look at whether to stop.
constexpr std::chrono::milliseconds kStep{50};

// A line of its own for each, because callers count on.
struct alignas(64) CallerResult {
  std::unique_ptr<LatencyRecord> latency = std::make_unique<LatencyRecord>();
  std::uint64_t operations = 0;
  std::uint64_t not_begun = 0;
  Clock::time_point last_end;
};

class Turn {
 public:
  Turn(const Case& measured, Subject& subject, std::uint64_t seed, const std::atomic<bool>& stop)
      : case_(measured), subject_(subject), seed_(seed), stop_(stop), results_(measured.callers) {}

  // Blocks: until all callers have ended.
  void run();
  void collect(TurnResult& into) const;

  [[nodiscard]] Clock::time_point start() const { return start_; }

 private:
  void start_threads();
  void call(unsigned caller);
  [[nodiscard]] bool wait_until_due(Clock::time_point due, bool exact) const;
  [[nodiscard]] bool operate(unsigned caller, Clock::time_point due, CallerResult& result);
  void sync_beside();

  void set(auto change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  void wait_for(auto condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, condition);
  }

  [[nodiscard]] bool is_open() const { return case_.arrival.kind != Arrival::Kind::closed; }
  [[nodiscard]] bool flushes() const { return case_.operation == Operation::flush; }
  [[nodiscard]] bool over() const {
    // Carries no data; one operation more or less does not matter.
    return stop_.load(std::memory_order_relaxed) || failed_.load(std::memory_order_relaxed);
  }

  const Case& case_;
  Subject& subject_;
  const std::uint64_t seed_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> failed_{false};
  std::string error_;                  // the calling thread's
  std::vector<CallerResult> results_;  // each its caller's until it has ended
  std::vector<std::thread> callers_;
  std::thread syncer_;
  Clock::time_point start_;  // set before going_
  Clock::time_point end_;

  std::mutex mutex_;
  // Not std::latch: libstdc++ 12's loses wake-ups where there is no futex (seen under Wine).
  std::condition_variable changed_;
  unsigned ready_ = 0;  // callers; guarded by mutex_
  bool going_ = false;  // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_
};

// What cannot be started is counted down for, so that the others do not wait for it.
void Turn::start_threads() {
  try {
    callers_.reserve(case_.callers);
    for (unsigned i = 0; i < case_.callers; ++i) {
      callers_.push_back(
          os::start_thread("bench-caller", os::Scheduling::ordinary, [this, i](bool) { call(i); }));
    }
    if (case_.sync_seconds > 0) {
      syncer_ =
          os::start_thread("bench-sync", os::Scheduling::ordinary, [this](bool) { sync_beside(); });
    }
  } catch (const std::exception& error) {
    failed_ = true;
    error_ = fmt::format("starting a thread beside {}: {}", callers_.size(), error.what());
    set([&] { ready_ += case_.callers - static_cast<unsigned>(callers_.size()); });
  }
}

void Turn::run() {
  start_threads();
  wait_for([this] { return ready_ == case_.callers; });
  start_ = Clock::now() + kLead;
  end_ = start_ + std::chrono::duration_cast<Clock::duration>(Seconds(case_.seconds));
  for (CallerResult& result : results_) result.latency->over_time.begin(start_, end_ - start_);
  set([this] { going_ = true; });
  for (std::thread& caller : callers_) caller.join();
  set([this] { ended_ = true; });
  if (syncer_.joinable()) syncer_.join();
}

// What a recorder does beside its writer.
void Turn::sync_beside() {
  const auto every = std::chrono::duration_cast<Clock::duration>(Seconds(case_.sync_seconds));
  wait_for([this] { return going_; });
  std::unique_lock lock(mutex_);
  for (auto next = start_ + every; !changed_.wait_until(lock, next, [this] { return ended_; });
       next = std::max(next + every, Clock::now())) {
    lock.unlock();
    const bool good = subject_.flush_all();
    // Carries no data: the subject has the error.
    if (!good) failed_.store(true, std::memory_order_relaxed);
    lock.lock();
  }
}

void Turn::call(unsigned caller) {
  CallerResult& result = results_[caller];
  const bool bounded = case_.file == FileKind::growing || case_.operation == Operation::stream;
  const std::uint64_t most = bounded ? blocks_each(case_, caller) : UINT64_MAX;
  // One is left for the thread that writes behind a ring.
  const bool exact = case_.callers < std::thread::hardware_concurrency();
  set([this] { ++ready_; });
  wait_for([this] { return going_; });
  Schedule schedule(case_.arrival, caller, case_.callers, seed_, start_);
  const auto give_up = end_ + std::max<Clock::duration>(end_ - start_, kLeastGrace);
  wait_until(start_, false);
  while (!over() && result.operations < most) {
    const Clock::time_point due = schedule.next();
    if (due >= end_) break;
    if (is_open() && Clock::now() >= give_up) {
      for (auto next = due; next < end_ && !over(); next = schedule.next()) ++result.not_begun;
      break;
    }
    if (is_open() && !wait_until_due(due, exact)) break;
    if (!operate(caller, due, result)) {
      // As in sync_beside().
      failed_.store(true, std::memory_order_relaxed);
      break;
    }
  }
  // The rate is what was done in the time that the schedule has, whenever the last one was due.
  if (is_open()) static_cast<void>(wait_until_due(end_, false));
}

// In steps, so that a request to stop is seen. Returns: whether to go on.
bool Turn::wait_until_due(Clock::time_point due, bool exact) const {
  while (!over()) {
    const Clock::time_point now = Clock::now();
    if (due - now <= kStep) {
      wait_until(due, exact);
      return true;
    }
    os::sleep_until(now + kStep);
  }
  return false;
}

bool Turn::operate(unsigned caller, Clock::time_point due, CallerResult& result) {
  LatencyRecord::Moments at;
  at.begin = is_open() ? Clock::now() : due;
  at.due = due;
  if (!subject_.write(caller)) return false;
  at.submitted = Clock::now();
  at.end = at.submitted;
  if (flushes()) {
    if (!subject_.flush(caller)) return false;
    at.end = Clock::now();
  }
  result.latency->record(at, flushes(), is_open());
  result.last_end = at.end;
  ++result.operations;
  return true;
}

void Turn::collect(TurnResult& into) const {
  into.latency = std::make_unique<LatencyRecord>();
  into.latency->over_time.begin(start_, end_ - start_);
  Clock::time_point last = start_;
  for (const CallerResult& result : results_) {
    into.latency->merge(*result.latency);
    into.operations += result.operations;
    into.not_begun += result.not_begun;
    last = std::max(last, result.last_end);
  }
  if (is_open() && !over()) last = std::max(last, end_);
  into.error = error_;
  into.flushes = flushes() ? into.operations : 0;
  into.seconds = Seconds(last - start_).count();
}

TurnResult nothing_done(const std::string& error) {
  TurnResult result;
  result.latency = std::make_unique<LatencyRecord>();
  result.error = error;
  return result;
}

}  // namespace

TurnResult run_turn(const SubjectRequest& request, std::uint64_t seed,
                    os::Clock::time_point run_began, const std::atomic<bool>& stop) {
  OpenedSubject opened = open_subject(request);
  if (!opened.subject) return nothing_done(opened.error);
  // The first flush of a file makes its name durable, too; that is not what a flush costs.
  if (!opened.subject->flush_all()) {
    static_cast<void>(opened.subject->close());  // the first error is what is told
    return nothing_done(opened.subject->error());
  }
  TurnResult result;
  const std::uint64_t syncs_before = opened.subject->syncs();
  Turn turn(request.measured, *opened.subject, seed, stop);
  turn.run();
  turn.collect(result);
  result.syncs = opened.subject->syncs() - syncs_before;
  static_cast<void>(opened.subject->flush_all());  // here and below: error() has it
  static_cast<void>(opened.subject->close());
  result.until_durable_seconds = Seconds(Clock::now() - turn.start()).count();
  result.at_seconds = Seconds(turn.start() - run_began).count();
  if (result.error.empty()) result.error = opened.subject->error();
  // Carries no data.
  result.stopped = stop.load(std::memory_order_relaxed);
  return result;
}

}  // namespace ringproc::tool::measure
