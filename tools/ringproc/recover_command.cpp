// `ringproc recover`: finishes what killed processes left in their rings.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "os.hpp"
#include "outcome_text.hpp"
#include "recover/recover.hpp"
#include "region_choice.hpp"
#include "region_watch.hpp"
#include "say.hpp"
#include "subcommands.hpp"

namespace ringproc::tool {
namespace {

struct RecoverOptions {
  std::vector<std::string> words;
  bool list = false;
  bool dry_run = false;
  bool watch = false;
  bool discard = false;
  bool json = false;
  bool quiet = false;
  std::string to;
};

std::string footer() {
  return fmt::format(
      "FILE: a file whose bytes are pending; its header is finished, too, if it is a recording. "
      "DIR: a directory\n"
      "of such files, or of regions ({}; root may name another user's, and then acts\n"
      "as that user).\n"
      "Without either: everything that this user's processes have left. RINGPROC_REGIONS=DIR: "
      "regions are in\n"
      "a directory of that name below DIR instead.\n"
      "A file that was changed, renamed, replaced or deleted since is not touched: its bytes are "
      "kept beside it as\n"
      "NAME.ringproc-PID, each at its offset in NAME, with holes between.\n"
      "Exit status: 0 everything is where it belongs, 9 not everything could be recovered, 2 "
      "usage, 3 no such file.",
      core::Place::default_directory());
}

ExitStatus complain(ExitStatus status, const std::string& text) {
  say(fmt::format("ringproc recover: {}\n", text));
  return status;
}

bool is_good(const RegionChoice& choice, const core::RecoverOutcome& outcome) {
  // Whoever asks for everything does not mean what is in use.
  const bool in_use = outcome.result == core::RecoverResult::owner_alive;
  return is_complete(outcome) || (in_use && !choice.named);
}

class Recover {
 public:
  explicit Recover(const RecoverOptions& options) : options_(options) {}

  ExitStatus run() {
    Choices choices = choose_regions(options_.words);
    if (!choices.error.empty()) {
      return complain(choices.cannot_open ? ExitStatus::cannot_open : ExitStatus::not_recovered,
                      choices.error);
    }
    if (options_.list) return list(choices);
    if (!options_.to.empty() && !only_one(choices)) {
      return complain(ExitStatus::usage,
                      "--to takes the bytes of one file: name one that has bytes pending "
                      "(--list shows them)");
    }
    if (options_.discard && options_.words.empty()) {
      return complain(ExitStatus::usage, "--discard needs the name of the file or region");
    }
    for (const RegionChoice& choice : choices.regions) take(choice);
    for (const std::string& file : choices.files_without_region) take_file(file);
    if (options_.json) {
      static_cast<void>(print_to(stdout, json_.dump(2, ' ', false, kReplace) + "\n"));
    } else if (told_ == 0 && !options_.quiet) {
      tell_nothing();
    }
    return status_;
  }

 private:
  static constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;

  void tell_nothing() const {
    static_cast<void>(print_to(stdout, "nothing to recover" + looked_at(options_.words) + "\n"));
  }

  ExitStatus list(const Choices& choices) {
    for (const RegionChoice& choice : choices.regions) {
      const core::RecoverOutcome seen = core::look_at_region(*choice.place, choice.name);
      if (seen.result == core::RecoverResult::owner_alive ||
          seen.result == core::RecoverResult::gone) {
        continue;
      }
      ++told_;
      if (options_.json) {
        json_.push_back(json_of({seen, {}}));
      } else if (seen.result == core::RecoverResult::not_usable) {
        static_cast<void>(print_to(stdout, core::text_of(seen) + "\n"));
      } else {
        static_cast<void>(print_to(
            stdout, fmt::format("{}: {} bytes pending, left by process {}{}, in {}\n", seen.file,
                                seen.bytes, seen.process,
                                seen.failure.empty() ? "" : " after a failure: " + seen.failure,
                                seen.region)));
      }
    }
    if (options_.json) {
      static_cast<void>(print_to(stdout, json_.dump(2, ' ', false, kReplace) + "\n"));
    } else if (told_ == 0 && !options_.quiet) {
      tell_nothing();
    }
    return ExitStatus::complete;
  }

  // Leaves the one that has bytes.
  static bool only_one(Choices& choices) {
    std::erase_if(choices.regions, [](const RegionChoice& choice) {
      const core::RecoverOutcome seen = core::look_at_region(*choice.place, choice.name);
      return seen.bytes == 0 || seen.result == core::RecoverResult::owner_alive;
    });
    return choices.regions.size() == 1;
  }

  void take(const RegionChoice& choice) {
    const os::ActAs user(choice.place->owner());
    if (!user.error().empty()) {
      status_ = complain(ExitStatus::not_recovered, user.error());
      return;
    }
    core::RecoverRequest request;
    request.automatic = false;
    request.dry_run = options_.dry_run;
    request.discard = options_.discard;
    request.keep_at = options_.to;
    const FinishedRegion finished = finish_region(*choice.place, choice.name, request);
    if (finished.outcome.result == core::RecoverResult::gone) return;
    const bool good = is_good(choice, finished.outcome);
    if (!good) status_ = ExitStatus::not_recovered;
    if (finished.outcome.result == core::RecoverResult::owner_alive && good) return;
    tell(finished, good);
  }

  void take_file(const std::string& file) {
    const os::ActAs user(os::owner_of(file));
    FinishedRegion finished;
    finished.outcome.result = core::RecoverResult::nothing;
    finished.outcome.file = file;
    if (!options_.dry_run) finished.header = finish_wave_header(file);
    const bool good = finished.header.mended || finished.header.text.empty();
    if (!good) status_ = ExitStatus::not_recovered;
    tell(finished, good);
  }

  void tell(const FinishedRegion& finished, bool good) {
    ++told_;
    if (options_.json) {
      json_.push_back(json_of(finished));
      json_.back()["dry_run"] = options_.dry_run;
      return;
    }
    if (good && options_.quiet) return;
    static_cast<void>(
        print_to(good ? stdout : stderr,
                 fmt::format("{}{}\n", options_.dry_run ? "would do: " : "", text_of(finished))));
  }

  const RecoverOptions& options_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
  ExitStatus status_ = ExitStatus::complete;
  int told_ = 0;
};

ExitStatus run(const RecoverOptions& options) {
  if (options.watch) {
    if (!options.words.empty()) {
      return complain(ExitStatus::usage, "--watch takes everything of this user: give no names");
    }
    return watch_regions(options.quiet);
  }
  return Recover(options).run();
}

}  // namespace

RunSubcommand add_recover(CLI::App& app) {
  const auto options = std::make_shared<RecoverOptions>();
  CLI::App* const command =
      app.add_subcommand("recover", "Finish what killed processes left in their rings");
  command->add_option("DIR|FILE", options->words, "What to recover (default: everything)");
  const auto list = command->add_flag("--list", options->list, "Show what is pending, do nothing");
  const auto dry = command->add_flag("--dry-run", options->dry_run, "Say what would be done");
  const auto watch = command->add_flag("--watch", options->watch,
                                       "Go on: recover as processes die, until a signal");
  const auto to = command->add_option("--to", options->to,
                                      "Write the pending bytes to this new file instead, each at "
                                      "its offset");
  const auto discard = command->add_flag("--discard", options->discard,
                                         "Forget the pending bytes and free their memory");
  command->add_flag("--json", options->json, "Print the outcomes as JSON")->excludes(watch);
  command->add_flag("-q,--quiet", options->quiet, "Tell only what could not be recovered");
  watch->excludes(list, dry, to, discard);
  list->excludes(dry, to, discard);
  to->excludes(discard);
  command->footer(footer());
  return [options] { return run(*options); };
}

}  // namespace ringproc::tool
