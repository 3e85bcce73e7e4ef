// Cases, results and a directory as the bench's unit tests need them. In memory where that can be:
// what a disk costs is no question here.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "measure/case.hpp"
#include "measure/result.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::tool::measure {

inline std::string quick_directory() {
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

inline Case bench_case(Procedure procedure, Operation operation, FileKind file,
                       unsigned callers = 1) {
  Case one{procedure, operation, file, 4096, callers};
  one.seconds = 60;  // what ends a turn of these tests is the size
  one.file_bytes = 12 * 4096;
  return one;
}

// As if each of so many operations had taken so long: half of that the write, half the flush.
inline CaseResult bench_result(const Case& what, std::uint64_t operations, std::uint64_t ns,
                               std::uint64_t syncs = 0) {
  TurnResult turn;
  turn.latency = std::make_unique<LatencyRecord>();
  const auto half = std::chrono::nanoseconds(ns / 2);
  for (std::uint64_t i = 0; i < operations; ++i) {
    const os::Clock::time_point begin{};
    turn.latency->record({begin, begin, begin + half, begin + 2 * half},
                         what.operation == Operation::flush,
                         what.arrival.kind != Arrival::Kind::closed);
  }
  turn.operations = operations;
  turn.flushes = what.operation == Operation::flush ? operations : 0;
  turn.syncs = syncs;
  turn.seconds = static_cast<double>(operations * ns) * 1e-9 / what.callers;
  turn.until_durable_seconds = turn.seconds;
  CaseResult result(what);
  result.add(turn);
  return result;
}

}  // namespace ringproc::tool::measure
