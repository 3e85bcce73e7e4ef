// Which cases a bench runs, in which order, how long that takes and how much room it needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/case.hpp"

namespace ringproc::tool::measure {

// What was asked for; empty lists and nothing: what the default plan has.
struct PlanRequest {
  std::vector<Procedure> procedures;
  std::vector<Operation> operations;
  std::vector<std::uint32_t> blocks;
  std::vector<unsigned> callers;
  std::vector<FileKind> kinds;
  std::optional<unsigned> files;
  std::optional<Arrival> arrival;
  std::optional<double> sync_seconds;
  std::optional<double> seconds;  // of a case, all rounds together
  std::optional<std::uint64_t> file_bytes;
  std::optional<unsigned> rounds;
  Direct direct = Direct::automatic;
};

// What a turn takes, about; of a stream, which ends at a size, on a disk of some hundred MB a
// second.
[[nodiscard]] double expected_seconds(const Case& one);

struct Plan {
  std::vector<Case> cases;
  unsigned rounds = 3;

  [[nodiscard]] double expected_seconds() const;
  // The order of one round, from 1 on, as indices: cases of a group change places from round to
  // round, and every second time they are the other way round, so that none is always the first,
  // nor always after the same.
  [[nodiscard]] std::vector<std::size_t> order(unsigned round) const;
  // The most that is on the disk at a time.
  [[nodiscard]] std::uint64_t disk_bytes() const;
};

// A request that leaves the workload open gives the default plan: what a durable write costs on
// this disk, in about a minute. Else every combination of what was asked for. Plain system calls on
// a growing file are always in it: the floor. Throws: UsageError, for what cannot be.
[[nodiscard]] Plan make_plan(const PlanRequest& request);

}  // namespace ringproc::tool::measure
