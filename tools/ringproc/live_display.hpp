// What `record` shows while it runs: one line on a terminal, rewritten five times a second;
// elsewhere a log line every ten seconds; lost frames at once. Main thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "capture.hpp"
#include "disk_watch.hpp"
#include "live_source.hpp"
#include "loss_notice.hpp"
#include "os.hpp"
#include "periodic_flush.hpp"
#include "record_options.hpp"
#include "target.hpp"

namespace ringproc::tool {

class LiveDisplay {
 public:
  // `source`: the live one, else null.
  LiveDisplay(const RecordOptions& options, const Capture& capture, Target& target,
              PeriodicFlush& flush, const DiskWatch& disk, const LiveSource* source);

  // How often update() wants to be called.
  [[nodiscard]] std::chrono::milliseconds interval() const;

  // The first line: where what is accepted is kept.
  void begin();

  // Shows what is new.
  void update();

  // A line of its own, for what must be known at once.
  void tell(const std::string& text);

  // Tells what is left to tell, and leaves the terminal's line.
  void finish();

 private:
  [[nodiscard]] std::string line();
  void leave_line();

  const RecordOptions& options_;
  const Capture& capture_;
  LossNotice losses_;
  std::optional<LossNotice> gaps_;  // of a live source
  Target& target_;
  PeriodicFlush& flush_;
  const DiskWatch& disk_;
  const LiveSource* source_;
  const bool terminal_;
  const os::Clock::time_point start_;
  os::Clock::time_point next_log_;
  std::size_t shown_ = 0;  // characters of the line on the terminal
};

}  // namespace ringproc::tool
