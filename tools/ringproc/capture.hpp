// The writing thread's loop: wait for the clock, build a period, hand it to mmioWrite, take the
// time. While it runs it allocates nothing, prints nothing, and makes no system call of its own but
// the pacing sleep.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/histogram.hpp"
#include "loss_list.hpp"
#include "os.hpp"
#include "sample_format.hpp"
#include "source.hpp"
#include "target.hpp"

namespace ringproc::tool {

struct CaptureSettings {
  AudioFormat format;
  std::uint64_t max_frames = 0;       // frames to capture, lost ones included
  std::uint64_t max_file_frames = 0;  // frames the file can hold
  std::size_t period_frames = 0;
  bool paced = false;
};

enum class CaptureEnd {
  complete,  // max_frames captured
  end_of_input,
  cut_frame,
  stopped,  // stop() was called
  size_limit,
  write_failed,
  source_failed
};

// What the other threads may see while it runs. Written by the writing thread only, relaxed: each
// is a number to show, nothing is concluded from two of them together.
struct CaptureProgress {
  std::atomic<std::uint64_t> captured_frames{0};
  std::atomic<std::uint64_t> lost_frames{0};
  std::atomic<std::uint64_t> first_lost_frame{0};  // stored before lost_frames becomes non-zero
  std::atomic<std::uint64_t> deadline_misses{0};
  std::atomic<std::uint64_t> longest_write_ns{0};
};

// The clock: frame f exists at start + f / rate. A paced period is asked for when its last frame
// exists. It misses its deadline if it was not accepted before the next period was complete too: a
// device with two periods of buffer would have overrun there. The counter source cannot overrun, so
// a late thread catches up without sleeping and loses nothing by being late; frames are lost only
// when mmioWrite refuses them, and then their numbers are skipped.
class Capture {
 public:
  Capture(const CaptureSettings& settings, Source& source, Target& target);

  // The whole capture. Threads: the writing thread, once.
  [[nodiscard]] CaptureEnd run();

  // Effect: run() ends before its next period. Threads: any. Blocks: never.
  void stop() noexcept { stopping_.store(true, std::memory_order_relaxed); }  // carries no data

  [[nodiscard]] const CaptureProgress& progress() const { return progress_; }

  // After run() has returned.
  [[nodiscard]] std::uint64_t captured_frames() const { return captured_; }
  [[nodiscard]] std::uint64_t accepted_frames() const { return accepted_; }
  [[nodiscard]] std::uint64_t deadline_misses() const { return progress_.deadline_misses; }
  [[nodiscard]] const LossList& losses() const { return losses_; }
  [[nodiscard]] const core::Histogram& write_ns() const { return *write_ns_; }

 private:
  [[nodiscard]] std::size_t frames_wanted() const;
  [[nodiscard]] os::Clock::time_point time_of(std::uint64_t frames) const;
  [[nodiscard]] bool deliver(std::size_t frames);
  void lose(std::size_t frames);

  const CaptureSettings settings_;
  Source& source_;
  Target& target_;
  std::atomic<bool> stopping_{false};

  // The writing thread's own.
  os::Clock::time_point start_{};
  std::uint64_t captured_ = 0;
  std::uint64_t accepted_ = 0;
  std::vector<std::byte> period_;
  LossList losses_;
  std::unique_ptr<core::Histogram> write_ns_;

  CaptureProgress progress_;
};

}  // namespace ringproc::tool
