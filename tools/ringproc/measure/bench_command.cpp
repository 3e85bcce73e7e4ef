// `ringproc bench`: what a durable write costs on this disk.
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "measure/bench_options.hpp"
#include "measure/bench_run.hpp"
#include "measure/compare.hpp"
#include "measure/environment.hpp"
#include "measure/floor.hpp"
#include "measure/meaning.hpp"
#include "measure/page.hpp"
#include "measure/progress_line.hpp"
#include "measure/report_files.hpp"
#include "measure/result_json.hpp"
#include "measure/scratch.hpp"
#include "measure/table.hpp"
#include "os.hpp"
#include "say.hpp"
#include "subcommands.hpp"
#include "units.hpp"
#include "usage_error.hpp"
#include "utf8_path.hpp"
#include "version_text.hpp"

namespace ringproc::tool {
namespace {

using namespace measure;
using nlohmann::ordered_json;

constexpr const char* kFooter =
    "Without further words: what a durable write costs on DIR's disk, in about a minute. Cases "
    "take "
    "turns, so what the disk does meanwhile meets all of them.\n"
    "Latencies in fio's words: submission (the write call), completion (from there until durable), "
    "total (both; with --rate from when the operation was due, so waiting for a slow one before it "
    "counts).\n"
    "Examples: ringproc bench /data --html data.html\n"
    "  ringproc bench /data --op flush --callers 1,4,16 -b 4K,64K --json a.json\n"
    "  ringproc bench /data --op write -b 16K --rate 3000 --sync 1 -d 30\n"
    "  ringproc bench --compare a.json b.json\n"
    "Exit status: 0 measured (also if syncs are ignored there: the report says NOT DURABLE); 1 "
    "interrupted, or a report could not be written; 2 usage; 3 DIR or a report cannot be used; 5 "
    "not "
    "enough room; 6 a case failed.";

ExitStatus complain(ExitStatus status, const std::string& text) {
  say(fmt::format("ringproc bench: {}\n", text));
  return status;
}

std::string not_a_directory(const std::string& directory) {
  std::error_code error;
  const auto status = std::filesystem::status(to_path(directory), error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return fmt::format("{} does not exist; give a directory on the disk to measure", directory);
  }
  if (error) return fmt::format("{}: {}", directory, error.message());
  if (status.type() != std::filesystem::file_type::directory) {
    return fmt::format("{} is not a directory; give one on the disk to measure", directory);
  }
  return {};
}

std::string no_room(const std::string& directory, const Plan& plan) {
  std::error_code error;
  const auto room = std::filesystem::space(to_path(directory), error);
  const std::uint64_t needed = plan.disk_bytes();
  if (error || room.available >= needed + needed / 20) return {};
  return fmt::format(
      "{} has room for {}, and this needs {}: make room, give a smaller --size, or "
      "another directory",
      directory, bytes_text(room.available), bytes_text(needed));
}

std::string date_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

std::vector<std::string> warnings_of(const std::string& directory, const RunSettings& settings) {
  std::vector<std::string> warnings = option_warnings(settings.library_options);
  if (is_debug_build()) {
    warnings.emplace_back(
        "this ringproc is a debug build: its procedures are slower than they need to be");
  }
  for (const std::string& left : left_behind(directory)) {
    warnings.push_back(fmt::format(
        "{} is of a bench that was killed, or that is running; remove it if not", left));
  }
  return warnings;
}

// The measuring is in a thread of its own, so that signals and the display have this one.
RunResult run_watched(BenchRun& run, os::StopSignals& signals, bool quiet) {
  RunResult result;
  std::exception_ptr failure;
  std::atomic<bool> ended{false};
  std::thread measuring = os::start_thread("bench", os::Scheduling::ordinary, [&](bool) {
    try {
      result = run.run();
    } catch (...) {
      failure = std::current_exception();
    }
    ended = true;
    signals.wake();
  });
  ProgressLine line(quiet);
  bool told = false;
  while (!ended) {
    signals.wait(ProgressLine::kInterval);
    line.update(run.progress());
    if (signals.received() != 0 && !std::exchange(told, true)) {
      run.stop();
      line.finish();
      say(fmt::format(
          "ringproc bench: {}: ending after the operations in progress; a second one ends "
          "at once and leaves files behind\n",
          signals.received_name()));
    }
  }
  measuring.join();
  line.finish();
  if (failure) std::rethrow_exception(failure);
  return result;
}

std::string headline(const DiskFacts& disk, const MachineFacts& machine) {
  std::string text =
      fmt::format("ringproc {}: {}, {}", version(), disk.directory, disk.file_system);
  if (disk.source) text += " on " + *disk.source;
  if (disk.write_cache) text += ", cache: " + *disk.write_cache;
  return text + "; " + machine.system + "\n";
}

std::string report_text(const RunResult& run, const RunFacts& facts, bool details) {
  std::string text = facts.headline + "\n";
  for (const std::string& reason : facts.not_durable) {
    text += fmt::format("NOT DURABLE: {}\n\n", reason);
  }
  text += table_text(run, details);
  if (run.interrupted) text += "Interrupted: this is what there was until then.\n";
  for (const std::string& warning : facts.warnings) text += fmt::format("Warning: {}\n", warning);
  for (const std::string& sentence : facts.meaning) text += sentence + "\n";
  return text;
}

std::string cannot_write(const std::string& path) {
  return "cannot write " + (path == "-" ? "to standard output" : path);
}

ExitStatus tell(const BenchArguments& arguments, ReportFiles& reports, const RunResult& run,
                const RunFacts& facts, const ordered_json& report) {
  constexpr auto kReplace = ordered_json::error_handler_t::replace;
  bool told = true;
  if (!arguments.quiet) {
    const bool aside = arguments.json == "-" || arguments.html == "-";
    told = print_to(aside ? stderr : stdout, report_text(run, facts, arguments.details));
    if (!told) complain(ExitStatus::other, "cannot write the table to standard output");
  }
  if (!arguments.json.empty() &&
      !reports.write(arguments.json, report.dump(1, ' ', false, kReplace) + "\n")) {
    told = false;
    complain(ExitStatus::other, cannot_write(arguments.json));
  }
  if (!arguments.html.empty() && !reports.write(arguments.html, page_of(report))) {
    told = false;
    complain(ExitStatus::other, cannot_write(arguments.html));
  }
  ExitStatus status = told && !run.interrupted ? ExitStatus::complete : ExitStatus::other;
  for (const CaseResult& one : run.cases) {
    if (!one.failed()) continue;
    status = complain(ExitStatus::io_error,
                      fmt::format("{} failed: {}", name_of(one.measured), one.error));
  }
  return status;
}

ExitStatus measure_disk(const BenchArguments& arguments, const std::string& command) {
  const RunSettings settings = checked(arguments);
  if (const std::string error = not_a_directory(arguments.directory); !error.empty()) {
    return complain(ExitStatus::cannot_open, error);
  }
  if (const std::string error = no_room(arguments.directory, settings.plan); !error.empty()) {
    return complain(ExitStatus::disk_full, error);
  }
  ReportFiles reports({arguments.json, arguments.html}, arguments.overwrite);
  if (!reports.error().empty()) return complain(ExitStatus::cannot_open, reports.error());
  os::StopSignals signals;
  RunFacts facts;
  facts.date = date_now();
  facts.command = command;
  facts.warnings = warnings_of(arguments.directory, settings);
  const DiskFacts disk = disk_facts(arguments.directory);
  const MachineFacts machine = machine_facts();
  facts.machine = machine;
  facts.disk = disk;
  facts.headline = headline(disk, machine);
  Scratch scratch(arguments.directory);
  if (!scratch.error().empty()) return complain(ExitStatus::cannot_open, scratch.error());
  BenchRun run(settings, scratch);
  const RunResult result = run_watched(run, signals, arguments.quiet);
  if (const std::string left = scratch.remove(); !left.empty()) facts.warnings.push_back(left);
  facts.not_durable = why_not_durable(result, disk.file_system, disk.mount_options.value_or(""));
  facts.meaning = meaning_of(result, facts.not_durable.empty());
  return tell(arguments, reports, result, facts, json_of(result, settings, facts));
}

ExitStatus compare(const BenchArguments& arguments) {
  LoadedRun runs[2];
  for (std::size_t i = 0; i < 2; ++i) {
    runs[i] = load_run(arguments.compared[i]);
    if (!runs[i].error.empty()) return complain(ExitStatus::cannot_open, runs[i].error);
  }
  const Comparison comparison = compare_runs(runs[0].json, runs[1].json);
  const bool aside = arguments.json == "-";
  bool told =
      arguments.quiet || print_to(aside ? stderr : stdout, comparison_text(comparison) + "\n");
  if (!arguments.json.empty()) {
    ReportFiles reports({arguments.json}, arguments.overwrite);
    if (!reports.error().empty()) return complain(ExitStatus::cannot_open, reports.error());
    if (!reports.write(arguments.json, comparison_json(comparison).dump(1) + "\n")) {
      told = false;
      complain(ExitStatus::other, cannot_write(arguments.json));
    }
  }
  return told ? ExitStatus::complete : ExitStatus::other;
}

ExitStatus run(const BenchArguments& arguments, const std::string& command) {
  try {
    check_reports(arguments);
    return arguments.compared.empty() ? measure_disk(arguments, command) : compare(arguments);
  } catch (const UsageError& error) {
    return complain(ExitStatus::usage, error.what());
  }
}

}  // namespace

RunSubcommand add_bench(CLI::App& app) {
  const auto arguments = std::make_shared<BenchArguments>();
  CLI::App* const bench =
      app.add_subcommand("bench", "What a durable write costs on a disk: plain, 'DOS ', ring");
  add_bench_arguments(*bench, *arguments);
  bench->footer(kFooter);
  return [arguments, bench] { return run(*arguments, "ringproc bench" + words_of(*bench)); };
}

}  // namespace ringproc::tool
