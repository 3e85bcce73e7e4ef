// The second thread of `record --sync`: every so many seconds it makes what has been recorded
// durable and then lets the header say so, so that the writing thread never waits for the disk on
// that account.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/histogram.hpp"
#include "live_header.hpp"
#include "target.hpp"

namespace ringproc::tool {

class PeriodicFlush {
 public:
  // frames: how many are in the file, accepted. header: may be null. on_failure is called once,
  // from the flushing thread, if a flush fails; then no more follow.
  PeriodicFlush(Target& target, LiveHeader* header, const std::atomic<std::uint64_t>& frames,
                std::function<void()> on_failure);
  ~PeriodicFlush() { stop(); }
  PeriodicFlush(const PeriodicFlush&) = delete;
  PeriodicFlush& operator=(const PeriodicFlush&) = delete;

  // Effect: starts the thread; the first flush is one interval from now.
  void start(std::chrono::nanoseconds interval);

  // Effect: ends the thread. Blocks: until a flush that is under way has returned.
  void stop();

  // One flush in the calling thread, measured like the others, but the header stays. Requires: not
  // started, or stopped. Returns: success.
  [[nodiscard]] bool flush_now();

  // Of the samples' flushes, not of the header's.
  [[nodiscard]] core::Histogram flush_ns();  // a copy
  [[nodiscard]] std::uint64_t longest_ns();

 private:
  void run(std::chrono::nanoseconds interval);
  [[nodiscard]] bool timed_flush();

  Target& target_;
  LiveHeader* header_;
  const std::atomic<std::uint64_t>& frames_;
  std::function<void()> on_failure_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;                      // guarded by mutex_
  std::unique_ptr<core::Histogram> flush_ns_;  // guarded by mutex_
};

}  // namespace ringproc::tool
