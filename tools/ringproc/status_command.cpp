// `ringproc status`: what rings there are, alive and dead.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "os.hpp"
#include "outcome_text.hpp"
#include "region_choice.hpp"
#include "say.hpp"
#include "subcommands.hpp"
#include "units.hpp"

namespace ringproc::tool {
namespace {

struct StatusOptions {
  std::vector<std::string> words;
  bool json = false;
};

struct Row {
  core::RecoverOutcome seen;
  std::string command;
};

std::string state_of(const core::RecoverOutcome& seen) {
  switch (seen.result) {
    case core::RecoverResult::owner_alive:
      return "live";
    case core::RecoverResult::busy:
      return "recovering";
    case core::RecoverResult::not_usable:
      return "unusable";
    default:
      return "dead";
  }
}

std::string text_of(const std::vector<Row>& rows, const std::string& looked_at) {
  if (rows.empty()) return "no rings that survive their process" + looked_at + "\n";
  std::string text = fmt::format("{:<16} {:>8}  {:<16} {:>9} {:>9}  {}\n", "STATE", "PROCESS",
                                 "COMMAND", "LAG", "MEMORY", "FILE");
  bool dead = false;
  for (const Row& row : rows) {
    const core::RecoverOutcome& seen = row.seen;
    dead = dead || seen.result == core::RecoverResult::nothing ||
           seen.result == core::RecoverResult::left_failed;
    text += fmt::format("{:<16} {:>8}  {:<16} {:>9} {:>9}  {}\n",
                        state_of(seen) + (seen.failure.empty() ? "" : ", failed"), seen.process,
                        row.command, bytes_text(seen.bytes), bytes_text(seen.held_bytes),
                        seen.file.empty() ? seen.region + ": " + seen.reason : seen.file);
    if (!seen.failure.empty()) text += fmt::format("{:<16} {}\n", "", seen.failure);
  }
  if (dead) text += "`ringproc recover` finishes the dead ones\n";
  return text;
}

nlohmann::ordered_json json_of(const std::vector<Row>& rows) {
  auto json = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json one{
        {"state", state_of(row.seen)},   {"failed", !row.seen.failure.empty()},
        {"process", row.seen.process},   {"command", row.command},
        {"file", row.seen.file},         {"region", row.seen.region},
        {"accepted", row.seen.accepted}, {"written", row.seen.written},
        {"lag_bytes", row.seen.bytes},   {"memory_bytes", row.seen.held_bytes}};
    if (!row.seen.failure.empty()) one["failure"] = row.seen.failure;
    if (!row.seen.reason.empty()) one["reason"] = row.seen.reason;
    json.push_back(std::move(one));
  }
  return json;
}

ExitStatus run(const StatusOptions& options) {
  const Choices choices = choose_regions(options.words);
  if (!choices.error.empty()) {
    say(fmt::format("ringproc status: {}\n", choices.error));
    return choices.cannot_open ? ExitStatus::cannot_open : ExitStatus::other;
  }
  std::vector<Row> rows;
  for (const RegionChoice& choice : choices.regions) {
    core::RecoverOutcome seen = core::look_at_region(*choice.place, choice.name);
    if (seen.result == core::RecoverResult::gone) continue;
    std::string command = seen.result == core::RecoverResult::owner_alive
                              ? os::command_of(seen.process)
                              : std::string("-");
    rows.push_back({std::move(seen), std::move(command)});
  }
  const std::string text =
      options.json
          ? json_of(rows).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
                "\n"
          : text_of(rows, looked_at(options.words));
  return print_to(stdout, text) ? ExitStatus::complete : ExitStatus::other;
}

}  // namespace

RunSubcommand add_status(CLI::App& app) {
  const auto options = std::make_shared<StatusOptions>();
  CLI::App* const command = app.add_subcommand(
      "status", "Show the rings of this user: owner, lag, memory, those left behind");
  command->add_option("DIR|FILE", options->words, "Which (default: all of this user)");
  command->add_flag("--json", options->json, "Print them as JSON");
  command->footer(
      "LAG: bytes accepted and not yet handed to the system. MEMORY: what the ring holds now.\n"
      "Exit status: 0 shown, 1 the directory of regions cannot be trusted, 2 usage, 3 no such "
      "file.");
  return [options] { return run(*options); };
}

}  // namespace ringproc::tool
