// One turn of a case: its callers at work for some time or up to some size, and then whatever is
// left until everything is durable.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "measure/case.hpp"
#include "measure/latency_record.hpp"
#include "measure/subject.hpp"

namespace ringproc::tool::measure {

struct TurnResult {
  std::unique_ptr<LatencyRecord> latency;  // of all callers
  double at_seconds = 0;                   // when it began, since the run did
  double seconds = 0;  // until the last operation's end; open loop: and its schedule's
  double until_durable_seconds = 0;  // with the last flush and close
  std::uint64_t operations = 0;      // done, without an error
  std::uint64_t flushes = 0;         // asked for by callers
  std::uint64_t syncs = 0;           // given to the system meanwhile
  std::uint64_t not_begun = 0;       // open loop: due, and never begun
  std::string error;
  bool stopped = false;  // by request
};

// Effect: opens the files, runs the case's callers in threads of their own, flushes, closes.
// Blocks: for the case's seconds; in an open loop that the disk cannot keep up with, for as long
// again; and on the disk. stop: callers end after their operation. Errors: in the result.
[[nodiscard]] TurnResult run_turn(const SubjectRequest& request, std::uint64_t seed,
                                  os::Clock::time_point run_began, const std::atomic<bool>& stop);

}  // namespace ringproc::tool::measure
