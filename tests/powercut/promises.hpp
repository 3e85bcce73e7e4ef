// Holds what a power cut left of a seed's files against what was promised about them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "powercut/script.hpp"

namespace powercut {

// What is known of the moment of the cut.
struct Progress {
  std::set<std::size_t> returned;  // operations that came back with a promise: flushes, renames...
  std::size_t begun = 0;           // operations from here on had not begun
};

struct Expectations {
  bool close_is_durable = false;  // option close=device
  bool zeros_ahead = false;       // preallocate=written: a file may end in zeros
};

// Returns: one line per broken promise, for the files below `directory`, where the file system is
// mounted.
[[nodiscard]] std::vector<std::string> broken_promises(const std::string& directory,
                                                       std::uint64_t seed,
                                                       const std::vector<Op>& script,
                                                       const Progress& progress,
                                                       const Expectations& expectations);

}  // namespace powercut
