// ringproc_compare: measures the table of targets side by side. bench/compare builds and starts it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <CLI/CLI.hpp>

#include "bench/table/machine_facts.hpp"
#include "bench/table/progress.hpp"
#include "bench/table/report.hpp"
#include "bench/table/runner.hpp"

namespace bench {
namespace {

enum Status { kAll = 0, kFailed = 1, kUsage = 2, kLeftOut = 3, kInterrupted = 130 };

struct Arguments {
  std::string directory;
  std::string markdown;
  std::string json;
  std::vector<std::string> only;
  bool quick = false;
  bool list = false;
};

std::string command_of(const Arguments& arguments) {
  std::string text = "bench/compare DIR";
  if (arguments.quick) text += " --quick";
  for (const auto& one : arguments.only) text += " --only " + one;
  return text;
}

bool has(const Group& group, const std::string& name) {
  return group.name == name ||
         std::ranges::any_of(group.rows, [&](const RowSpec& row) { return row.name == name; });
}

// Errors: CLI::ValidationError for a name that there is not.
std::vector<Group> chosen(const Arguments& arguments) {
  auto all = all_groups();
  for (const auto& name : arguments.only) {
    if (std::ranges::none_of(all, [&](const Group& group) { return has(group, name); })) {
      throw CLI::ValidationError("--only", "no such row: " + name + " (see --list)");
    }
  }
  if (arguments.only.empty()) return all;
  std::erase_if(all, [&](const Group& group) {
    return std::ranges::none_of(arguments.only,
                                [&](const std::string& name) { return has(group, name); });
  });
  return all;
}

void list(const std::vector<Group>& groups) {
  for (const Group& group : groups) {
    for (const RowSpec& row : group.rows) {
      fmt::print("{:26} {}; target {}\n", row.name, row.what, row.target);
    }
  }
}

std::uint64_t needed_bytes(const std::vector<Group>& groups, bool quick) {
  std::uint64_t most = 0;
  for (const Group& group : groups) {
    most = std::max(most, quick ? group.quick_room_bytes : group.room_bytes);
  }
  return most;
}

bool store(const std::string& file, const std::string& text) {
  if (file.empty()) return true;
  std::ofstream out(file, std::ios::trunc);
  out << text;
  out.flush();
  if (!out) fmt::print(stderr, "cannot write {}\n", file);
  return static_cast<bool>(out);
}

// Returns: whether to go on.
bool suits(const Arguments& arguments, const std::vector<Group>& groups) {
  const std::string type = file_system(arguments.directory);
  if (type == "tmpfs" || type == "ramfs") {
    fmt::print(stderr,
               "{} is on a {}: nothing there is ever durable, so there is nothing to measure{}\n",
               arguments.directory, type, arguments.quick ? "; a quick run goes on" : "");
    if (!arguments.quick) return false;
  }
  constexpr double kGiBs = static_cast<double>(kGiB);
  fmt::print(stderr, "at most {:.1f} GiB of {:.1f} GiB free are used at a time\n",
             static_cast<double>(needed_bytes(groups, arguments.quick)) / kGiBs,
             static_cast<double>(free_bytes(arguments.directory)) / kGiBs);
  return true;
}

int measure(const Arguments& arguments, const std::vector<Group>& groups) {
  if (!suits(arguments, groups)) return kUsage;
  Report report;
  report.facts = machine_facts(arguments.directory);
  report.facts["command"] = command_of(arguments);
  report.quick = arguments.quick;
  Runner runner(arguments.directory, arguments.quick);
  for (const Group& group : groups) {
    progress(group.name);
    for (auto& row : runner.run(group)) {
      if (!row.ran()) progress(row.spec.name + ": " + row.measured.not_run);
      report.rows.push_back(std::move(row));
    }
  }
  progress("done");
  end_progress();
  const bool stored =
      store(arguments.markdown, report.markdown()) && store(arguments.json, report.json());
  if (arguments.markdown.empty()) fmt::print("{}", report.markdown());
  if (runner.failed() || !stored) return kFailed;
  return runner.left_out() ? kLeftOut : kAll;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Measures ringproc side by side with its peers on the disk that holds DIR.",
               "bench/compare");
  app.add_option("DIR", arguments.directory, "where to write; what is made there is removed")
      ->check(CLI::ExistingDirectory);
  app.add_option("--markdown", arguments.markdown,
                 "write the table to FILE, not to standard output")
      ->type_name("FILE");
  app.add_option("--json", arguments.json, "write everything, each turn's numbers too, to FILE")
      ->type_name("FILE");
  app.add_option("--only", arguments.only, "only the group of this row (repeatable)")
      ->type_name("ROW");
  app.add_flag("--quick", arguments.quick,
               "small sizes, short times: whether it runs, not how fast (about one minute)");
  app.add_flag("--list", arguments.list, "the rows and their targets");
  app.footer(
      "Exit status: 0 every row was run, whether targets are met or not; 1 a row failed; 2 usage, "
      "or "
      "DIR does not suit;\n3 some rows cannot be run here (the table says why); 130 interrupted.");
  try {
    app.parse(argc, argv);
    const auto groups = chosen(arguments);
    if (arguments.list) {
      list(groups);
      return kAll;
    }
    if (arguments.directory.empty()) throw CLI::RequiredError("DIR");
    return measure(arguments, groups);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kAll : kUsage;
  } catch (const Interrupted&) {
    end_progress();
    fmt::print(stderr, "interrupted; everything is cleaned up\n");
    return kInterrupted;
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    return bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench/compare: {}\n", error.what());
  }
  return bench::kFailed;
}
