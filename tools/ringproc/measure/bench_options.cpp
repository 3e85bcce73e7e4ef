#include "measure/bench_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include "ringproc/ringproc.h"
#include "units.hpp"
#include "usage_error.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool::measure {
namespace {

template <typename Enum>
Enum named(std::string_view name) {
  for (int i = 0;; ++i) {
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
}

// Requires: IsMember has checked them.
template <typename Enum>
std::vector<Enum> all_named(const std::vector<std::string>& names) {
  std::vector<Enum> values;
  for (const std::string& name : names) values.push_back(named<Enum>(name));
  return values;
}

// Beyond this every limit is exceeded, and is told as such.
unsigned to_unsigned(std::int64_t value) {
  constexpr std::int64_t kMost = 1 << 30;
  return value < 0 ? 0U : static_cast<unsigned>(std::min(value, kMost));
}

Arrival arrival_of(const BenchArguments& arguments) {
  const bool open = !arguments.arrival.empty() && arguments.arrival != "closed";
  if (open && !arguments.rate) {
    throw UsageError(
        fmt::format("--arrival {} needs --rate, in operations a second", arguments.arrival));
  }
  if (arguments.rate && arguments.arrival == "closed") {
    throw UsageError("--rate does not go with --arrival closed, where each waits for the last");
  }
  const auto kind =
      arguments.arrival.empty() ? Arrival::Kind::fixed : named<Arrival::Kind>(arguments.arrival);
  return {arguments.rate ? kind : Arrival::Kind::closed, arguments.rate.value_or(0)};
}

// What the ring's cases have in force.
ringproc_options library_options_of(const std::string& text) {
  ringproc_options options{};
  options.size = sizeof(options);
  std::array<char, 256> message{};
  if (ringproc_options_init(&options) != 0) {
    throw UsageError("the environment variable RINGPROC_OPTIONS holds a bad option");
  }
  if (!text.empty() &&
      ringproc_options_parse(&options, text.c_str(), message.data(), message.size()) != 0) {
    throw UsageError(fmt::format("--options: {}", message.data()));
  }
  return options;
}

}  // namespace

std::uint64_t parse_size(const std::string& option, const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kUnits = {
      {{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}}};
  for (const auto& [name, factor] : kUnits) {
    if (unit != name || error != std::errc()) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / factor) break;
    return number * factor;
  }
  throw UsageError(
      fmt::format("{}: '{}' is not a size; give bytes, or such as 4K, 64M, 1G", option, text));
}

// Lists are one word, so that DIR may follow.
void add_bench_arguments(CLI::App& app, BenchArguments& arguments) {
  app.add_option("DIR", arguments.directory,
                 "A directory on the disk to measure (default: the current one)");
  app.add_option("--proc", arguments.procedures,
                 "raw: plain system calls; dos: the built-in 'DOS ' procedure; ring (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"raw", "dos", "ring"}));
  app.add_option(
         "--op", arguments.operations,
         "flush: write and flush, each waited for; write: WRITE alone; stream: --size bytes in "
         "one go, then one flush (default: flush)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"flush", "write", "stream"}));
  app.add_option("-b,--block", arguments.blocks,
                 "Bytes of one write, such as 512,4K,64K (default: 4K)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--callers", arguments.callers, "Threads, such as 1,4,16 (default: 1)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--files", arguments.files, "Files that the callers are spread over (default: 1)");
  app.add_option("--file", arguments.kinds,
                 "growing: appended to; prepared: made and synced before, then written over "
                 "(default: growing)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"growing", "prepared"}));
  app.add_option("--arrival", arguments.arrival,
                 "closed: an operation begins when the caller's last one is done; fixed, poisson: "
                 "when it is due, at --rate, whatever the disk does (default: closed, with --rate "
                 "fixed)")
      ->check(CLI::IsMember({"closed", "fixed", "poisson"}));
  app.add_option("--rate", arguments.rate, "Operations a second, all callers together");
  app.add_option(
      "--sync", arguments.sync_seconds,
      "--op write: another thread flushes every so many seconds meanwhile; 0: nobody does");
  app.add_option("-d,--duration", arguments.seconds,
                 "Seconds for each case, all rounds together (default: 1 for each round; without "
                 "further words as each needs)");
  app.add_option("--rounds", arguments.rounds,
                 "Turns that each case has, the others between (default: 3)");
  app.add_option(
      "--size", arguments.size,
      "The most that is written to one file in a turn, or a prepared file's size, such as "
      "64M where there is little room (default: what the case needs, 64M to 1G)");
  app.add_option(
         "--direct", arguments.direct,
         "Past the page cache, raw and ring: auto (raw: off; ring: as the library does), on, off")
      ->check(CLI::IsMember({"auto", "on", "off"}));
  app.add_option("--options", arguments.options,
                 "Options of the library, as in RINGPROC_OPTIONS: ring=64M,preallocate=written");
  app.add_option("--seed", arguments.seed, "Of the data and of random moments (default: 1)")
      ->check(whole_number_error);
  app.add_option("--json", arguments.json,
                 "Everything goes there, all bins too; - is standard output");
  app.add_option("--html", arguments.html, "A page to look at goes there: one file, no network");
  app.add_flag("-y,--overwrite", arguments.overwrite, "Replace files that --json and --html name");
  app.add_flag("-q,--quiet", arguments.quiet, "No progress, no table");
  app.add_flag("--details", arguments.details,
               "Submission, completion and late starts of each case, and the spread of its rounds");
  app.add_option("--compare", arguments.compared,
                 "Two files of --json: how B differs from A, by ratios with their spread")
      ->expected(2)
      ->type_name("A.json B.json");
}

std::string words_of(const CLI::App& app) {
  const auto quoted = [](const std::string& word) {
    constexpr const char* kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string text = "'";
    for (const char one : word) text += one == '\'' ? std::string("'\\''") : std::string(1, one);
    return text + "'";
  };
  std::string text;
  for (const CLI::Option* const option : app.get_options()) {
    if (option->count() == 0) continue;
    const bool flag = option->get_expected_max() == 0;
    if (!option->get_positional()) text += " " + option->get_name();
    const std::string between = option->get_delimiter() == ',' ? "," : " ";
    for (std::size_t i = 0; !flag && i < option->results().size(); ++i) {
      text += (i == 0 ? " " : between) + quoted(option->results()[i]);
    }
  }
  return text;
}

std::vector<std::string> option_warnings(const std::string& library_options) {
  std::vector<std::string> warnings;
  if (const char* const given = std::getenv("RINGPROC_OPTIONS"); given != nullptr && *given != 0) {
    warnings.push_back(fmt::format(
        "RINGPROC_OPTIONS={} is in the environment, and in force for the ring's cases", given));
  }
  if (library_options_of(library_options).flush == RINGPROC_LEVEL_OS) {
    warnings.emplace_back(
        "with flush=os the ring's flushes wait for the operating system only, not for the disk");
  }
  return warnings;
}

void check_reports(const BenchArguments& arguments) {
  if (!arguments.compared.empty() && !arguments.html.empty()) {
    throw UsageError("--compare makes no page: --html does not go with it, --json does");
  }
  if (arguments.json.empty() || arguments.html.empty()) return;
  const auto normal = [](const std::string& path) {
    return std::filesystem::absolute(to_path(path)).lexically_normal();
  };
  if (normal(arguments.json) == normal(arguments.html)) {
    throw UsageError("--json and --html name the same file; choose another name for one");
  }
}

RunSettings checked(const BenchArguments& arguments) {
  PlanRequest request;
  request.procedures = all_named<Procedure>(arguments.procedures);
  request.operations = all_named<Operation>(arguments.operations);
  request.kinds = all_named<FileKind>(arguments.kinds);
  for (const std::string& block : arguments.blocks) {
    const std::uint64_t bytes = parse_size("--block", block);
    request.blocks.push_back(static_cast<std::uint32_t>(
        std::min<std::uint64_t>(bytes, std::numeric_limits<std::uint32_t>::max())));
  }
  for (const std::int64_t callers : arguments.callers) {
    request.callers.push_back(to_unsigned(callers));
  }
  if (arguments.files) request.files = to_unsigned(*arguments.files);
  if (arguments.rounds) request.rounds = to_unsigned(*arguments.rounds);
  if (arguments.rate || !arguments.arrival.empty()) request.arrival = arrival_of(arguments);
  request.sync_seconds = arguments.sync_seconds;
  request.seconds = arguments.seconds;
  if (arguments.size) request.file_bytes = parse_size("--size", *arguments.size);
  request.direct = named<Direct>(arguments.direct);
  static_cast<void>(library_options_of(arguments.options));  // throws, if they are bad
  return {make_plan(request), arguments.seed, arguments.options};
}

}  // namespace ringproc::tool::measure
