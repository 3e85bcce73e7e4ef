// A run as JSON, format version 1: everything, all bins of the histograms too (fio's json+ form).
// What bench --json writes, --html shows and --compare reads.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "measure/bench_run.hpp"
#include "measure/result.hpp"

namespace ringproc::tool::measure {

inline constexpr const char* kRunFormat = "ringproc bench";
inline constexpr int kRunFormatVersion = 1;

// What is known beside the figures.
struct RunFacts {
  std::string headline;  // where and on what, in a line; for text only
  std::string date;
  std::string command;
  nlohmann::ordered_json machine;
  nlohmann::ordered_json disk;
  std::vector<std::string> not_durable;
  std::vector<std::string> warnings;
  std::vector<std::string> meaning;
};

[[nodiscard]] nlohmann::ordered_json json_of(const RunResult& run, const RunSettings& settings,
                                             const RunFacts& facts);

}  // namespace ringproc::tool::measure
