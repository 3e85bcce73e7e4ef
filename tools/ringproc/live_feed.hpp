// The way from a source's callback to the capture, with a gate in it that the recording's thread
// can shut: after that the capture is its own, whatever becomes of a server that does not answer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "capture.hpp"
#include "live_source.hpp"

namespace ringproc::tool {

class LiveFeed {
 public:
  // Threads: one, once. Blocks: until the capture has ended, or the source has: `failed` is asked
  // every few milliseconds, and a source that does not call for kSilentSeconds counts as failed.
  [[nodiscard]] CaptureEnd run(Capture& capture, const AudioFormat& format,
                               std::size_t period_frames, const std::function<bool()>& failed);

  // The callback's side. enter() before anything else: false if there is nothing to do. Then take
  // the period, in one of two forms, or neither; then leave(). Threads: the callback. Allocates,
  // blocks: as Capture::take.
  [[nodiscard]] bool enter() noexcept;
  void take_planar(std::span<const float* const> channels, std::size_t frames);
  void take_interleaved(std::span<const std::byte> period) { end_ = capture_->take(period); }
  void leave() noexcept;

  // Whether these samples are, as they are written, those of the period taken last. Between enter()
  // and leave().
  [[nodiscard]] bool repeats(std::span<const float* const> channels, std::size_t frames);

  // The source's clock says that so many frames are missing; so many of those taken come behind
  // them. Between enter() and leave(), or after run().
  void note_gap(std::uint64_t frames, std::uint64_t behind = 0);
  void note_xrun() noexcept {
    counts_.xruns.fetch_add(1, std::memory_order_relaxed);
  }  // any thread

  [[nodiscard]] const LiveCounts& counts() const { return counts_; }
  [[nodiscard]] const LossList& gaps() const { return gaps_; }  // any thread
  [[nodiscard]] bool went_silent() const { return went_silent_; }

  static constexpr int kSilentSeconds = 10;

 private:
  enum class Gate { shut, open, passed };  // passed: the callback is between enter() and leave()

  void shut() noexcept;

  // Each hands over all of the callback's data below, in both directions: acquire and release.
  std::atomic<Gate> gate_{Gate::shut};
  std::atomic<std::uint64_t> calls_{0};  // only whether it changes is looked at: relaxed

  // The callback's own while the gate is open.
  Capture* capture_ = nullptr;
  SampleFormat sample_ = SampleFormat::f32;
  std::vector<std::byte> frames_;    // one period, interleaved
  std::vector<std::byte> compared_;  // another, see repeats()
  std::size_t taken_frames_ = 0;     // of the period taken last, if it is all in frames_
  std::size_t period_frames_ = 0;
  std::size_t frame_bytes_ = 0;
  std::optional<CaptureEnd> end_;
  LossList gaps_;

  LiveCounts counts_;
  bool went_silent_ = false;
};

}  // namespace ringproc::tool
