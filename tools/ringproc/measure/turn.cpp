#include "measure/turn.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <system_error>
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

struct CallerResult {
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
  [[nodiscard]] std::vector<std::thread> start_callers();
  void call(unsigned caller);
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
  Clock::time_point start_;            // set before going_
  Clock::time_point end_;

  std::mutex mutex_;
  // Not std::latch: libstdc++ 12's loses wake-ups where there is no futex (seen under Wine).
  std::condition_variable changed_;
  unsigned ready_ = 0;  // callers; guarded by mutex_
  bool going_ = false;  // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_
};

// What cannot be started is counted down for, so that the others do not wait for it.
std::vector<std::thread> Turn::start_callers() {
  std::vector<std::thread> callers;
  try {
    for (unsigned i = 0; i < case_.callers; ++i) {
      callers.push_back(
          os::start_thread("bench-caller", os::Scheduling::ordinary, [this, i](bool) { call(i); }));
    }
  } catch (const std::system_error& error) {
    failed_ = true;
    error_ = fmt::format("starting caller {}: {}", callers.size() + 1, error.code().message());
    set([&] { ready_ += case_.callers - static_cast<unsigned>(callers.size()); });
  }
  return callers;
}

void Turn::run() {
  std::vector<std::thread> callers = start_callers();
  wait_for([this] { return ready_ == case_.callers; });
  start_ = Clock::now() + kLead;
  end_ = start_ + std::chrono::duration_cast<Clock::duration>(Seconds(case_.seconds));
  for (CallerResult& result : results_) result.latency->over_time.begin(start_, end_ - start_);
  set([this] { going_ = true; });
  std::thread syncer;
  if (case_.sync_seconds > 0) {
    syncer =
        os::start_thread("bench-sync", os::Scheduling::ordinary, [this](bool) { sync_beside(); });
  }
  for (std::thread& caller : callers) caller.join();
  set([this] { ended_ = true; });
  if (syncer.joinable()) syncer.join();
}

// What a recorder does beside its writer.
void Turn::sync_beside() {
  const auto every = std::chrono::duration_cast<Clock::duration>(Seconds(case_.sync_seconds));
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
  const bool exact = case_.callers < std::max(2U, std::thread::hardware_concurrency());
  set([this] { ++ready_; });
  wait_for([this] { return going_; });
  Schedule schedule(case_.arrival, caller, case_.callers, seed_, start_);
  const auto give_up = end_ + std::max<Clock::duration>(end_ - start_, kLeastGrace);
  wait_until(start_, false);
  while (!over() && result.operations < most) {
    const Clock::time_point due = schedule.next();
    if (due >= end_) break;
    if (schedule.is_open()) {
      if (Clock::now() >= give_up) {
        result.not_begun = 1 + schedule.due_before(end_);
        break;
      }
      wait_until(due, exact);
    }
    if (!operate(caller, due, result)) {
      // As in sync_beside().
      failed_.store(true, std::memory_order_relaxed);
      break;
    }
  }
}

bool Turn::operate(unsigned caller, Clock::time_point due, CallerResult& result) {
  LatencyRecord::Moments at;
  at.begin = case_.arrival.kind == Arrival::Kind::closed ? due : Clock::now();
  at.due = due;
  if (!subject_.write(caller)) return false;
  at.submitted = Clock::now();
  at.end = at.submitted;
  if (flushes()) {
    if (!subject_.flush(caller)) return false;
    at.end = Clock::now();
  }
  result.latency->record(at, flushes(), case_.arrival.kind != Arrival::Kind::closed);
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
  into.error = error_;
  into.flushes = flushes() ? into.operations : 0;
  into.seconds = Seconds(last - start_).count();
}

}  // namespace

TurnResult run_turn(const SubjectRequest& request, std::uint64_t seed,
                    os::Clock::time_point run_began, const std::atomic<bool>& stop) {
  TurnResult result;
  OpenedSubject opened = open_subject(request);
  if (!opened.subject) {
    result.error = opened.error;
    result.latency = std::make_unique<LatencyRecord>();
    return result;
  }
  // The first flush of a file makes its name durable, too; that is not what a flush costs.
  bool good = opened.subject->flush_all();
  const std::uint64_t syncs_before = opened.subject->syncs();
  Turn turn(request.measured, *opened.subject, seed, stop);
  if (good) turn.run();
  turn.collect(result);
  result.syncs = opened.subject->syncs() - syncs_before;
  good = good && opened.subject->flush_all();
  good = opened.subject->close() && good;
  result.until_durable_seconds = Seconds(Clock::now() - turn.start()).count();
  result.at_seconds = Seconds(turn.start() - run_began).count();
  if (result.error.empty()) result.error = opened.subject->error();
  // Carries no data.
  result.stopped = stop.load(std::memory_order_relaxed);
  return result;
}

}  // namespace ringproc::tool::measure
