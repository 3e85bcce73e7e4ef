// `ringproc run`: runs an unmodified program with its default I/O procedure substituted. Windows
// only.
#include <fmt/core.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/options_text.hpp"
#include "launcher_win32.hpp"
#include "outcome_text.hpp"
#include "recover/recover.hpp"
#include "say.hpp"
#include "subcommands.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

struct RunArguments {
  std::vector<std::string> options;
  std::string log;
  bool follow_children = false;
  std::vector<std::string> command;
};

constexpr const char* kFooter =
    "Example: ringproc run --log caught.txt -- recorder.exe take.wav\n"
    "Every mmioOpen of the program, and of its DLLs, that would have used the default procedure\n"
    "('DOS ') uses ringproc's. mmioFlush of such a file returns when everything written to it is\n"
    "on the disk; --option flush=os makes it return when the operating system has it, for "
    "programs\n"
    "that flush often. --option takes what RINGPROC_OPTIONS does; see README.\n"
    "The log has one line for each file that was closed: how the open was caught, writes, bytes,\n"
    "size, flushes, most bytes pending, first error, what closing returned.\n"
    "Standard handles, console and exit status are the program's own. If it crashes or is ended,\n"
    "what it had written is brought into its files before ringproc returns.\n"
    "Exit status: the program's; 2 usage, 3 it cannot be started.";

ExitStatus complain(ExitStatus status, const std::string& text) {
  say(fmt::format("ringproc run: {}\n", text));
  return status;
}

// Returns: empty, or what is wrong with the options.
std::string set_options(const std::vector<std::string>& options) {
  if (options.empty()) return {};
  const std::string text = fmt::format("{}", fmt::join(options, ","));
  Options ignored;
  std::string problem = core::apply_options(text, ignored);
  if (problem.empty() && !add_library_options(text)) problem = "the environment has no room";
  return problem;
}

bool is_worth_telling(const FinishedRegion& finished) {
  if (finished.outcome.told) return false;
  switch (finished.outcome.result) {
    case core::RecoverResult::gone:
    case core::RecoverResult::owner_alive:
    case core::RecoverResult::busy:
      return false;
    case core::RecoverResult::nothing:
      return !finished.header.text.empty();
    default:
      return true;
  }
}

// Brings what the program left into its files. Children that follow it are found by being dead,
// too; what other programs have left is finished on the way, as at the start of any of them.
void finish_what_it_left(const ProgramEnd& end, bool children) {
  std::string problem;
  const auto place =
      core::Place::open(core::Place::default_directory(), core::Place::Make::no, problem);
  if (!place) {
    if (!problem.empty()) say(fmt::format("ringproc run: {}\n", problem));
    return;
  }
  for (const std::string& name : place->list()) {
    if (!children && core::look_at_region(*place, name).process != end.process) continue;
    const FinishedRegion finished = finish_region(*place, name, {});
    if (is_worth_telling(finished)) say(fmt::format("ringproc run: {}\n", text_of(finished)));
  }
}

ExitStatus run(const RunArguments& arguments) {
  Launch launch;
  launch.command = command_behind_dashes();
  if (launch.command.empty()) {
    return complain(ExitStatus::usage,
                    "put -- before the program: ringproc run [OPTIONS] -- PROGRAM ARGS...");
  }
  if (const std::string problem = set_options(arguments.options); !problem.empty()) {
    return complain(ExitStatus::usage, fmt::format("--option: {}", problem));
  }
  if (!arguments.log.empty()) {
    std::error_code error;
    launch.log = std::filesystem::absolute(to_path(arguments.log), error).wstring();
    if (error) return complain(ExitStatus::cannot_open, arguments.log + ": " + error.message());
  }
  launch.follow_children = arguments.follow_children;
  const ProgramEnd end = run_program(launch);
  if (!end.error.empty()) return complain(end.status, end.error);
  if (const std::string crash = crash_text(end.exit_code); !crash.empty()) {
    say(fmt::format("ringproc run: the program was ended by the system: {} ({:#010x})\n", crash,
                    end.exit_code));
  }
  finish_what_it_left(end, arguments.follow_children);
  launch_is_over();
  return static_cast<ExitStatus>(end.exit_code);
}

}  // namespace

RunSubcommand add_run(CLI::App& app) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* const command = app.add_subcommand(
      "run", "Run an unmodified program with its default I/O procedure substituted");
  command
      ->add_option("--option", arguments->options,
                   "An option of the library, KEY=VALUE, for instance flush=os (repeatable)")
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  command->add_option("--log", arguments->log, "Append a line for each closed file to this file");
  command->add_flag("--follow-children", arguments->follow_children,
                    "Do the same in the processes that the program starts");
  command->add_option("PROGRAM", arguments->command, "The program and its arguments, behind --")
      ->required();
  command->footer(kFooter);
  return [arguments] { return run(*arguments); };
}

}  // namespace ringproc::tool
