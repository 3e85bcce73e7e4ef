// The program `ringproc`: picks the subcommand and turns its end into an exit status.
#include <fmt/core.h>

#include <exception>

#include <CLI/CLI.hpp>

#include "exit_status.hpp"
#include "os.hpp"
#include "say.hpp"
#include "subcommands.hpp"
#include "version_text.hpp"

namespace ringproc::tool {
namespace {

constexpr RunSubcommand (*kSubcommands[])(CLI::App&) = {add_record, add_verify, add_recover,
                                                        add_status};

constexpr const char* kFooter =
    "Exit status: 0 complete and durable, 1 anything else, 2 usage, 3 cannot open, 4 finished with "
    "loss,\n"
    "5 disk full (file valid up to what was written), 6 I/O error, 7 the source died, 8 verify "
    "mismatch,\n"
    "9 not everything recovered, 130 forced by a second signal.";

ExitStatus run(int argc, char** argv) {
  CLI::App app("Recording through a ring-buffered, durable multimedia I/O procedure.", "ringproc");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.footer(kFooter);
  ExitStatus status = ExitStatus::other;
  for (const auto add : kSubcommands) {
    const RunSubcommand run_it = add(app);
    app.get_subcommands({}).back()->final_callback([&status, run_it] { status = run_it(); });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus::complete : ExitStatus::usage;
  }
  return status;
}

}  // namespace
}  // namespace ringproc::tool

int main(int argc, char** argv) {
  ringproc::tool::os::open_missing_standard_handles();
  try {
    return static_cast<int>(ringproc::tool::run(argc, argv));
  } catch (const std::exception& error) {
    ringproc::tool::say(fmt::format("ringproc: {}\n", error.what()));
  }
  return static_cast<int>(ringproc::tool::ExitStatus::other);
}
