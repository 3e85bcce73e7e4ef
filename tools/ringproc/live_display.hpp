// What `record` shows while it runs: one line on a terminal, rewritten five times a second;
// elsewhere a log line every ten seconds; the first lost frame at once. Main thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "capture.hpp"
#include "live_source.hpp"
#include "os.hpp"
#include "periodic_flush.hpp"
#include "record_options.hpp"
#include "target.hpp"

namespace ringproc::tool {

class LiveDisplay {
 public:
  // `source`: the live one, else null.
  LiveDisplay(const RecordOptions& options, const CaptureProgress& progress, Target& target,
              PeriodicFlush& flush, const LiveSource* source);

  // How often update() wants to be called.
  [[nodiscard]] std::chrono::milliseconds interval() const;

  // The first line: where what is accepted is kept.
  void begin();

  // Shows what is new.
  void update();

  // Leaves the terminal's line.
  void finish();

 private:
  [[nodiscard]] std::string line();
  void tell_losses();

  const RecordOptions& options_;
  const CaptureProgress& progress_;
  Target& target_;
  PeriodicFlush& flush_;
  const LiveSource* source_;
  const bool terminal_;
  const os::Clock::time_point start_;
  os::Clock::time_point next_log_;
  std::uint64_t told_lost_frames_ = 0;
  std::size_t shown_ = 0;  // characters of the line on the terminal
};

}  // namespace ringproc::tool
