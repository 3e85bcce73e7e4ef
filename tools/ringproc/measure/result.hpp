// What a bench has found: cases with what all of their turns saw.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "measure/case.hpp"
#include "measure/clock_facts.hpp"
#include "measure/latency_record.hpp"
#include "measure/turn.hpp"

namespace ringproc::tool::measure {

// One turn, in figures.
struct RoundResult {
  double at_seconds = 0;  // since the run began
  double seconds = 0;
  double until_durable_seconds = 0;
  std::uint64_t operations = 0;
  std::uint64_t syncs = 0;
  std::uint64_t p50_ns = 0;  // of total
  std::uint64_t p99_ns = 0;
  std::uint64_t max_ns = 0;
};

struct TimePoint {
  double at_seconds = 0;
  double seconds = 0;
  std::uint64_t operations = 0;
  std::uint64_t p50_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t max_ns = 0;
};

class CaseResult {
 public:
  explicit CaseResult(const Case& what)
      : measured(what), latency(std::make_unique<LatencyRecord>()) {}

  // A turn that was interrupted counts with what it has.
  void add(const TurnResult& turn);

  [[nodiscard]] bool failed() const { return !error.empty(); }
  [[nodiscard]] std::uint64_t bytes() const { return operations * measured.block_bytes; }
  [[nodiscard]] double per_second() const;
  // Until everything was on the disk; 0 if something failed, because then it may not be.
  [[nodiscard]] double durable_bytes_per_second() const;
  // 0 if there were none.
  [[nodiscard]] double flushes_per_sync() const;

  Case measured;
  std::unique_ptr<LatencyRecord> latency;
  double seconds = 0;
  double until_durable_seconds = 0;
  std::uint64_t operations = 0;
  std::uint64_t flushes = 0;
  std::uint64_t syncs = 0;
  std::uint64_t not_begun = 0;
  std::string error;
  std::vector<RoundResult> rounds;
  std::vector<TimePoint> over_time;
};

struct RunResult {
  std::vector<CaseResult> cases;
  double seconds = 0;
  bool interrupted = false;
  ClockFacts clock;
};

// Bytes a second of one round until durable.
[[nodiscard]] double durable_rate(const Case& measured, const RoundResult& round);

}  // namespace ringproc::tool::measure
