// One recording from opening to summary: starts the threads, watches them, finalises, judges. Main
// thread only.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "capture.hpp"
#include "live_display.hpp"
#include "live_source.hpp"
#include "os.hpp"
#include "periodic_flush.hpp"
#include "record_options.hpp"
#include "source.hpp"
#include "summary.hpp"
#include "target.hpp"
#include "wave_file.hpp"

namespace ringproc::tool {

class RecordSession {
 public:
  // Requires: target is open on options.output, and nothing was written to it; `live` is what was
  // opened if the source is a live one, else null.
  RecordSession(const RecordOptions& options, std::unique_ptr<Target> target,
                os::StopSignals& signals, LiveSource* live);

  // Everything. Blocks: as long as the recording lasts.
  [[nodiscard]] RecordSummary run();

 private:
  void capture_until_end();
  void stop_capture();  // threads: any
  void finalise();
  [[nodiscard]] std::optional<TargetFailure> finish_file();
  void close_file(std::optional<TargetFailure> failure);
  [[nodiscard]] std::uint64_t left_in_ring() const;
  void take_counts();
  void judge_end();

  const RecordOptions& options_;
  std::unique_ptr<Target> target_;
  os::StopSignals& signals_;
  WaveFile wave_;
  LiveSource* live_;
  std::unique_ptr<Source> source_;  // null if live_ is not
  Capture capture_;
  PeriodicFlush flush_;

  std::thread writer_;
  std::atomic<bool> writer_ended_{false};
  CaptureEnd end_ = CaptureEnd::complete;  // written by the writer, read after it has been joined
  bool finished_ = false;                  // sizes written and durable
  RecordSummary summary_;
};

}  // namespace ringproc::tool
