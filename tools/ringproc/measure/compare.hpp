// Two runs of `ringproc bench` side by side: ratios B/A, how far the rounds spread them, and what
// else differed. Pure functions of two documents, which they do not trust: what is missing or
// beyond reason is left out. Every number in a Comparison is finite.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "measure/compare_load.hpp"

namespace ringproc::tool::measure {

// Of a case; the times are totals.
enum class Quantity { p50, p99, max, operations, bandwidth, flushes_per_sync };
inline constexpr std::array kQuantities = {Quantity::p50,       Quantity::p99,
                                           Quantity::max,       Quantity::operations,
                                           Quantity::bandwidth, Quantity::flushes_per_sync};

// How B is. Unknown: fewer than two rounds in one of them, which say nothing of chance. Same: 1 is
// within the spread.
enum class Verdict { unknown, same, better, worse };

struct Ratio {
  double value = 0;     // B/A
  double least = 0;     // the least of B's rounds to the greatest of A's
  double greatest = 0;  // the other way round
  Verdict verdict = Verdict::unknown;
};

struct Metric {
  Quantity quantity = Quantity::p50;
  double a = 0;
  double b = 0;
  Ratio ratio;
  // ratio to that of the same case by plain system calls: what is left when the disk is as fast as
  // it is. Only if those changed, and of flush cases.
  std::optional<Ratio> to_floor;
};

struct ComparedCase {
  std::string name;
  std::string procedure;
  std::string operation;
  std::vector<std::string> notes;  // why there are no numbers, or what to know of them
  std::vector<Metric> metrics;     // of those quantities that both have
};

struct Difference {
  std::string what;
  std::string a;
  std::string b;
};

struct ComparedRun {
  std::string version;
  std::string date;
  std::string directory;
  std::string file_system;
  bool durable = false;
  std::vector<std::string> not_durable;
};

struct Comparison {
  ComparedRun a;
  ComparedRun b;
  std::vector<Difference> differences;
  std::vector<std::string> warnings;
  bool floor_changed = false;
  std::vector<ComparedCase> cases;  // in the order of A
  std::vector<std::string> only_in_a;
  std::vector<std::string> only_in_b;
};

[[nodiscard]] Comparison compare_runs(const nlohmann::ordered_json& a,
                                      const nlohmann::ordered_json& b);

// "faster" and "slower"; of flushes per sync "more" and "fewer". "unknown" if it is.
[[nodiscard]] std::string verdict_text(Quantity quantity, Verdict verdict);

// For a terminal: at most 100 columns.
[[nodiscard]] std::string comparison_text(const Comparison& comparison);
[[nodiscard]] nlohmann::ordered_json comparison_json(const Comparison& comparison);

}  // namespace ringproc::tool::measure
