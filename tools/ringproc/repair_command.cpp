// `ringproc repair`: mends the headers of recordings, whoever made them.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "repair_file.hpp"
#include "repair_report.hpp"
#include "say.hpp"
#include "subcommands.hpp"

namespace ringproc::tool {
namespace {

constexpr const char* kFooter =
    "The header is made to say what is in the file: sizes that were never written (0, or the 2 or "
    "4 GiB that some\n"
    "recorders write first), that are cut, or that did not fit into 32 bits; RIFF becomes RF64 in "
    "place where the\n"
    "file begins with a JUNK chunk of 28 bytes. It never says more than there is. A file that is "
    "right is not\n"
    "touched; nothing is taken away but by --cut and --trim-zeros. Doing it twice changes "
    "nothing.\n"
    "Exit status: 0 all files are right, or were mended; 1 with --dry-run: a file would be changed;"
    "\n"
    "3 a file cannot be opened, or is no WAVE file; 9 a file could not be mended, is being "
    "written, or has bytes\n"
    "pending (`ringproc recover FILE` first); 6 I/O error; 2 usage. Of several, the last of these "
    "that applies\n"
    "to any file: 0, 1, 3, 9, 6.";

struct RepairOptions {
  std::vector<std::string> files;
  RepairWishes wishes;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
};

ExitStatus run(const RepairOptions& options) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  // From the least that is worth telling to the most.
  constexpr ExitStatus kOrder[] = {ExitStatus::complete, ExitStatus::other, ExitStatus::cannot_open,
                                   ExitStatus::not_recovered, ExitStatus::io_error};
  const ExitStatus* worst = kOrder;
  for (const std::string& file : options.files) {
    const RepairOutcome outcome = repair_file(file, options.wishes, options.dry_run);
    const ExitStatus status = status_of(outcome.result);
    worst = std::max(worst, std::ranges::find(kOrder, status));
    const bool failed = !outcome.error.empty();
    if (options.json) {
      json.push_back(json_of(outcome));
    } else if (failed || !options.quiet) {
      static_cast<void>(print_to(failed ? stderr : stdout, text_of(outcome)));
    }
  }
  if (options.json) {
    constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
    if (!print_to(stdout, json.dump(2, ' ', false, kReplace) + "\n")) return ExitStatus::other;
  }
  return *worst;
}

}  // namespace

RunSubcommand add_repair(CLI::App& app) {
  const auto options = std::make_shared<RepairOptions>();
  CLI::App* const command =
      app.add_subcommand("repair", "Mend the headers of recordings, ours and others'");
  command->add_option("FILE", options->files, "WAVE files: RIFF, RF64 or BW64")->required();
  command->add_flag("--dry-run", options->dry_run, "Say what would be changed, change nothing");
  command->add_flag("--cut", options->wishes.cut,
                    "Take away what is left of a frame at the end that is not whole");
  command->add_flag("--trim-zeros", options->wishes.trim_zeros,
                    "Take away zeros at the end (4 KiB or more): space that was prepared and never "
                    "written, but also silence");
  command->add_flag("--to-end", options->wishes.to_end,
                    "Take everything up to the end of the file as samples, whatever the header "
                    "says and whatever follows");
  command->add_flag("--json", options->json, "Print the outcomes as JSON");
  command->add_flag("-q,--quiet", options->quiet, "Tell only what could not be mended");
  command->footer(kFooter);
  return [options] { return run(*options); };
}

}  // namespace ringproc::tool
