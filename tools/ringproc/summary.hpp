// What a recording came to, as text and as JSON. Plain data and its two forms; no I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "exit_status.hpp"
#include "frame_range.hpp"
#include "live_source.hpp"
#include "record_options.hpp"
#include "target.hpp"

namespace ringproc::tool {

struct RecordSummary {
  RecordOptions options;
  std::string started_utc;
  std::string file_system;
  bool real_time = false;
  double elapsed_seconds = 0;

  std::uint64_t frames_captured =
      0;                             // came from the source, or by the clock were there to be taken
  std::uint64_t frames_written = 0;  // handed to the operating system
  std::uint64_t frames_durable = 0;  // covered by a flush that succeeded
  std::uint64_t frames_lost = 0;     // not accepted by the procedure
  std::uint64_t frames_in_file = 0;  // written ones, and silence in the place of lost ones
  std::vector<FrameRange> lost_ranges;
  bool lost_ranges_complete = true;
  LiveTotals live;                 // of a live source: what went wrong on its side
  std::uint64_t header_bytes = 0;  // in bytes_accepted and bytes_durable, with the pad byte
  std::uint64_t bytes_accepted = 0;
  std::uint64_t bytes_durable = 0;

  TargetStats target;
  std::uint64_t deadline_misses = 0;
  core::Histogram write_ns;
  core::Histogram flush_ns;
  std::uint64_t clock_cost_ns = 0;

  std::string exit_reason;
  std::string signal;                    // that ended it, if one did
  std::uint64_t bytes_left_in_ring = 0;  // after a failure; recover finishes them
  std::string failure;                   // in words, if there was one
  std::string gap_map;                   // where the list of what is missing is, if it was written
  std::string gap_map_error;             // why it could not be
  ExitStatus status = ExitStatus::other;

  [[nodiscard]] std::uint64_t frames_silent() const {
    return frames_in_file > frames_written ? frames_in_file - frames_written : 0;
  }
};

[[nodiscard]] std::string summary_text(const RecordSummary& summary);
[[nodiscard]] std::string summary_json(const RecordSummary& summary);

}  // namespace ringproc::tool
