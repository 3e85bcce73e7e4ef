// What `ringproc bench` was asked for: the command line, checked and put into numbers. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "measure/bench_run.hpp"
#include "measure/plan.hpp"

namespace ringproc::tool::measure {

// As typed.
struct BenchArguments {
  std::string directory = ".";
  std::vector<std::string> procedures;
  std::vector<std::string> operations;
  std::vector<std::string> blocks;
  std::vector<std::int64_t> callers;
  std::vector<std::string> kinds;
  std::optional<std::int64_t> files;
  std::string arrival;
  std::optional<double> rate;
  std::optional<double> sync_seconds;
  std::optional<double> seconds;
  std::optional<std::int64_t> rounds;
  std::optional<std::string> size;
  std::string direct = "auto";
  std::string options;
  std::uint64_t seed = 1;
  std::string json;
  std::string html;
  bool overwrite = false;
  bool quiet = false;
  bool details = false;
  std::vector<std::string> compared;
};

void add_bench_arguments(CLI::App& app, BenchArguments& arguments);

// What was typed, so that it can be typed again: a space before each word.
[[nodiscard]] std::string words_of(const CLI::App& app);

// Throws: UsageError, if --json, --html and --compare do not go together.
void check_reports(const BenchArguments& arguments);

// Throws: UsageError, which says what to change.
[[nodiscard]] RunSettings checked(const BenchArguments& arguments);

// What a reader of the figures should know of the library's options, --options and the
// environment's. Throws: UsageError.
[[nodiscard]] std::vector<std::string> option_warnings(const std::string& library_options);

// "64K" (K, M, G), in bytes. Throws: UsageError.
[[nodiscard]] std::uint64_t parse_size(const std::string& option, const std::string& text);

}  // namespace ringproc::tool::measure
