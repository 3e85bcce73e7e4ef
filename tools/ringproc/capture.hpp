// What a period goes through: mmioWrite, the time it took, what was lost; and the writing thread's
// loop for sources that are asked: wait for the clock, build a period. While it runs it allocates
// nothing, prints nothing, and makes no system call of its own but the pacing sleep.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/histogram.hpp"
#include "loss_list.hpp"
#include "os.hpp"
#include "overrun.hpp"
#include "sample_format.hpp"
#include "source.hpp"
#include "target.hpp"

namespace ringproc::tool {

struct CaptureSettings {
  AudioFormat format;
  std::uint64_t max_frames = 0;       // frames to capture, lost ones included
  std::uint64_t max_file_frames = 0;  // frames the file can hold, silent ones included
  std::size_t period_frames = 0;
  bool paced = false;
  OnOverrun on_overrun = OnOverrun::drop;
};

enum class CaptureEnd {
  complete,  // max_frames captured
  end_of_input,
  cut_frame,
  stopped,  // stop() was called
  overrun,  // frames were lost, and that is to end it
  size_limit,
  write_failed,
  source_failed
};

// What the other threads may see while it runs. Written by the writing thread only, relaxed unless
// it says otherwise: each is a number to show, nothing is concluded from two of them together.
struct CaptureProgress {
  std::atomic<std::uint64_t> captured_frames{0};
  // In the file, up to the last frame that was accepted, the silence before it included. Released
  // after mmioWrite has returned, so that whoever sees it may flush and then claim so many.
  std::atomic<std::uint64_t> file_frames{0};
  std::atomic<std::uint64_t> deadline_misses{0};
  std::atomic<std::uint64_t> longest_write_ns{0};
};

// The clock: frame f exists at start + f / rate. A paced period is asked for when its last frame
// exists. It misses its deadline if it was not accepted before the next period was complete too: a
// device with two periods of buffer would have overrun there. The counter source cannot overrun, so
// a late thread catches up without sleeping and loses nothing by being late; frames are lost only
// when mmioWrite refuses them, and then their numbers are skipped.
// The writing thread is the one that is in run(), or the one that calls take().
class Capture {
 public:
  Capture(const CaptureSettings& settings, Target& target);

  // The whole capture of a source that is asked. Threads: the writing thread, once.
  [[nodiscard]] CaptureEnd run(Source& source);

  // One period of a source that calls: a sound server's callback. Requires: whole frames, as many
  // as it likes. Returns: how the capture has ended, nothing while it goes on; take() is not called
  // again after it has ended. Threads: the writing thread. Blocks, allocates: as Target::write.
  [[nodiscard]] std::optional<CaptureEnd> take(std::span<const std::byte> period);

  // Effect: run() and take() end before the next period. Threads: any. Blocks: never.
  void stop() noexcept { stopping_.store(true, std::memory_order_relaxed); }  // carries no data

  [[nodiscard]] bool stop_requested() const noexcept {
    return stopping_.load(std::memory_order_relaxed);  // as above
  }

  [[nodiscard]] const CaptureProgress& progress() const { return progress_; }

  // Of the captured frames, those that were not accepted. Threads: any, also while it runs.
  [[nodiscard]] const LossList& losses() const { return losses_; }

  // After the capture has ended.
  [[nodiscard]] std::uint64_t captured_frames() const { return captured_; }
  [[nodiscard]] std::uint64_t accepted_frames() const { return accepted_; }
  [[nodiscard]] std::uint64_t deadline_misses() const { return progress_.deadline_misses; }
  // Where the next frame would come to stand: accepted ones and silence, also that at the end.
  [[nodiscard]] std::uint64_t file_frames() const { return file_frames_; }
  [[nodiscard]] const core::Histogram& write_ns() const { return *write_ns_; }

 private:
  [[nodiscard]] std::size_t frames_wanted() const;
  [[nodiscard]] os::Clock::time_point time_of(std::uint64_t frames) const;
  [[nodiscard]] std::optional<CaptureEnd> deliver(std::span<const std::byte> period);
  void accept(std::size_t frames);
  [[nodiscard]] std::optional<CaptureEnd> lose(std::size_t frames);

  const CaptureSettings settings_;
  Target& target_;
  std::atomic<bool> stopping_{false};

  // The writing thread's own.
  os::Clock::time_point start_{};
  std::uint64_t captured_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t file_frames_ = 0;
  std::vector<std::byte> period_;
  LossList losses_;
  std::unique_ptr<core::Histogram> write_ns_;

  CaptureProgress progress_;
};

}  // namespace ringproc::tool
