// The program `ringproc`: picks the subcommand and turns its end into an exit status.
#include <fmt/core.h>

#include <exception>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "exit_status.hpp"
#include "os.hpp"
#include "say.hpp"
#include "subcommands.hpp"
#include "version_text.hpp"

namespace ringproc::tool {
namespace {

constexpr AddSubcommand kSubcommands[] = {add_record, add_verify, add_recover,
                                          add_repair, add_status, add_bench};

constexpr const char* kFooter =
    "Exit status: 0 complete and durable, 1 anything else, 2 usage, 3 cannot open, 4 finished with "
    "loss,\n"
    "5 disk full (file valid up to what was written), 6 I/O error, 7 the source died, 8 verify "
    "mismatch,\n"
    "9 not everything recovered, 130 forced by a second signal.";

// What `ringproc WORD` without such a subcommand is told; empty if the word is one, or an option.
std::string unknown_subcommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments[1].empty() || arguments[1].front() == '-') return {};
  const std::string& word = arguments[1];
  std::string known;
  for (const CLI::App* const one : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (one->get_name() == word) return {};
    known += (known.empty() ? "" : ", ") + one->get_name();
  }
  if (word == "run" || word == "probe") {
    return fmt::format("ringproc: `{}` is in ringproc.exe only, for Windows and Wine\n", word);
  }
  return fmt::format("ringproc: there is no subcommand '{}'; there are: {}\n", word, known);
}

ExitStatus run(const std::vector<std::string>& arguments) {
  CLI::App app("Recording through a ring-buffered, durable multimedia I/O procedure.", "ringproc");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.allow_windows_style_options(false);  // a word that begins with a slash may be a file
  app.footer(kFooter);
  ExitStatus status = ExitStatus::other;
  std::vector<AddSubcommand> subcommands(std::begin(kSubcommands), std::end(kSubcommands));
  for (const auto add : subcommands_of_this_system()) subcommands.push_back(add);
  for (const auto add : subcommands) {
    const RunSubcommand run_it = add(app);
    app.get_subcommands({}).back()->final_callback([&status, run_it] { status = run_it(); });
  }
  // The library would print the general help for it, or ask for a subcommand.
  if (const std::string complaint = unknown_subcommand(app, arguments); !complaint.empty()) {
    say(complaint);
    return ExitStatus::usage;
  }
  try {
    // As the library wants them: without the program's name, the last one first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - 1));
  } catch (const CLI::ParseError& error) {
    std::ostringstream help;
    std::ostringstream complaint;
    const int result = app.exit(error, help, complaint);
    static_cast<void>(print_to(stdout, help.str()));
    say(complaint.str());
    return result == 0 ? ExitStatus::complete : ExitStatus::usage;
  }
  return status;
}

}  // namespace
}  // namespace ringproc::tool

int main(int argc, char** argv) {
  ringproc::tool::os::prepare_standard_handles();
  try {
    return static_cast<int>(ringproc::tool::run(ringproc::tool::os::arguments(argc, argv)));
  } catch (const std::exception& error) {
    ringproc::tool::say(fmt::format("ringproc: {}\n", error.what()));
  }
  return static_cast<int>(ringproc::tool::ExitStatus::other);
}
