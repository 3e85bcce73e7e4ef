// One recording from opening to summary: starts the threads, watches them, finalises, judges. Main
// thread only.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "capture.hpp"
#include "disk_space.hpp"
#include "disk_watch.hpp"
#include "gap_map.hpp"
#include "live_display.hpp"
#include "live_source.hpp"
#include "os.hpp"
#include "periodic_flush.hpp"
#include "record_options.hpp"
#include "recording_file.hpp"
#include "source.hpp"
#include "summary.hpp"
#include "target.hpp"

namespace ringproc::tool {

class RecordSession {
 public:
  // unpublished: see RecordingFile. live: what was opened if the source is a live one, else null.
  RecordSession(const RecordOptions& options, std::unique_ptr<Target> target,
                std::string unpublished, LiveSource* live, os::StopSignals& signals);

  // Everything. Blocks: as long as the recording lasts.
  [[nodiscard]] RecordSummary run();

 private:
  void capture_until_end();
  void stop_capture();  // threads: any
  void heed_disk(LiveDisplay& display);
  void finalise();
  [[nodiscard]] std::optional<TargetFailure> finish_file();
  void close_file(std::optional<TargetFailure> failure);
  [[nodiscard]] bool end_silence();
  [[nodiscard]] std::uint64_t in_file(std::uint64_t frames) const;
  void take_counts();
  void judge_end();
  void judge_deleted();
  void finish_gaps();

  const RecordOptions& options_;
  RecordingFile file_;
  os::StopSignals& signals_;
  LiveSource* live_;
  std::unique_ptr<Source> source_;  // null if live_ is not
  Capture capture_;
  PeriodicFlush flush_;
  GapMap gaps_;
  DiskWatch disk_;
  DiskSpace space_;

  std::thread writer_;
  std::atomic<bool> writer_ended_{false};
  CaptureEnd end_ = CaptureEnd::complete;  // written by the writer, read after it has been joined
  bool stopping_ = false;                  // for one reason; another does not count
  bool deleted_ = false;                   // the file has no name any more
  std::string no_space_;                   // why --min-free ended it, if it did
  bool finished_ = false;                  // sizes written and durable
  RecordSummary summary_;
};

}  // namespace ringproc::tool
