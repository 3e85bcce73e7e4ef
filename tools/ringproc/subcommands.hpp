// The program's subcommands. A new one is a file of its own, a line here and a line in main.cpp's
// table.
#pragma once

#include <functional>
#include <vector>

#include <CLI/CLI.hpp>

#include "exit_status.hpp"

namespace ringproc::tool {

using RunSubcommand = std::function<ExitStatus()>;

// Each adds its subcommand and options to app. Returns: what to run once the command line has been
// parsed.
[[nodiscard]] RunSubcommand add_record(CLI::App& app);
[[nodiscard]] RunSubcommand add_verify(CLI::App& app);
[[nodiscard]] RunSubcommand add_recover(CLI::App& app);
[[nodiscard]] RunSubcommand add_repair(CLI::App& app);
[[nodiscard]] RunSubcommand add_status(CLI::App& app);
[[nodiscard]] RunSubcommand add_bench(CLI::App& app);

// Windows only.
[[nodiscard]] RunSubcommand add_run(CLI::App& app);
[[nodiscard]] RunSubcommand add_probe(CLI::App& app);

// Those that not every system has.
using AddSubcommand = RunSubcommand (*)(CLI::App&);
[[nodiscard]] std::vector<AddSubcommand> subcommands_of_this_system();

}  // namespace ringproc::tool
