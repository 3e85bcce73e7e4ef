// `ringproc record`: captures to a RIFF/WAVE file through the mmio functions.
#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "disk_space.hpp"
#include "live_options.hpp"
#include "live_source.hpp"
#include "os.hpp"
#include "os/os.hpp"
#include "outcome_text.hpp"
#include "output_file.hpp"
#include "record_options.hpp"
#include "record_session.hpp"
#include "recover/recover.hpp"
#include "say.hpp"
#include "subcommands.hpp"
#include "summary.hpp"
#include "supervisor.hpp"
#include "unpublished_file.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;

constexpr const char* kFooter =
    "Examples: ringproc record -o take.wav --source counter -c 64 -r 192000 -f s32 -d 10 --sync 1 "
    "--json take.json\n"
    "A frame that the ring has no room for is lost: --on-overrun says what becomes of its place, "
    "the summary and OUTPUT.gaps.json list it, the exit status is 4.\n"
    "Live sources decide about rate and channels. Without them (no server, no such port, another "
    "rate): status 3, no file.\n"
    "If they go while recording: status 7, the file is finalised. Frames that they skipped by "
    "their own clock: status 4.\n"
    "SIGINT, SIGTERM and SIGHUP finalise the file (status 0); a second one ends at once (status "
    "130).\n"
    "The header is true at every instant and never claims what is not durable yet; beyond 4 GiB "
    "the file becomes RF64 in place\n(with --proc dos the recording stops there, valid, status "
    "0). A full disk: status 5, valid up to what was written; with --min-free it ends before, "
    "complete. A file deleted meanwhile: status 6.";

ExitStatus complain(ExitStatus status, const std::string& text) {
  say(fmt::format("ringproc record: {}\n", text));
  return status;
}

// Returns: whether all of it is in the file.
bool write_file(const std::string& path, const std::string& text) {
  if (path == "-") return print_to(stdout, text);
  std::ofstream file(to_path(path), std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return !file.fail();
}

// Returns: the summary's exit status, or `other` if all went well but the summary or the gap map
// cannot be written.
ExitStatus tell(const RecordSummary& summary) {
  const RecordOptions& options = summary.options;
  bool told = summary.gap_map_error.empty();
  if (!told) {
    complain(summary.status, fmt::format("cannot write the gap map {}: {}", options.gap_map,
                                         summary.gap_map_error));
  }
  if (!options.quiet) {
    static_cast<void>(
        print_to(options.json == "-" ? stderr : stdout, summary_text(summary) + "\n"));
  }
  // Whoever looks at errors only is told why it ended, and last.
  if (!summary.failure.empty()) complain(summary.status, summary.failure);
  if (!options.json.empty() && !write_file(options.json, summary_json(summary) + "\n")) {
    complain(summary.status, fmt::format("cannot write the summary {}", options.json));
    told = false;
  }
  if (told) return summary.status;
  return summary.status == ExitStatus::complete ? ExitStatus::other : summary.status;
}

// The output files, from claiming them to knowing that the recording has begun. Those that were
// created for nothing are removed again.
class ClaimedOutputs {
 public:
  ClaimedOutputs() = default;
  ~ClaimedOutputs() {
    std::error_code ignored;  // what cannot be removed is an empty file
    for (const std::string& path : created_) std::filesystem::remove(to_path(path), ignored);
  }
  ClaimedOutputs(const ClaimedOutputs&) = delete;
  ClaimedOutputs& operator=(const ClaimedOutputs&) = delete;

  // Returns: empty, or why the file cannot be used.
  [[nodiscard]] std::string claim(const std::string& path, bool overwrite) {
    OutputClaim claimed = claim_output_file(path, overwrite);
    if (claimed.created) created_.push_back(path);
    return std::move(claimed.error);
  }
  void keep() { created_.clear(); }

 private:
  std::vector<std::string> created_;
};

// The file that a link stands for is the one to record into, and the link stays.
std::string behind_link(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(to_path(path), error)) return path;
  const std::filesystem::path file = std::filesystem::canonical(to_path(path), error);
  return error ? path : to_utf8(file);
}

// What a killed recording had accepted is brought into its file, the header too. Returns: whether
// everything was.
bool finish_what_it_left(const ChildEnd& end, nlohmann::ordered_json& told) {
  std::string problem;
  const auto place =
      core::Place::open(core::Place::default_directory(), core::Place::Make::no, problem);
  if (!place) return problem.empty();
  bool complete = true;
  for (const std::string& name : place->list()) {
    if (core::look_at_region(*place, name).process != end.process) continue;
    const FinishedRegion finished = finish_region(*place, name, {});
    if (finished.outcome.result == core::RecoverResult::gone) continue;
    say(fmt::format("ringproc record: {}\n", text_of(finished)));
    told.push_back(json_of(finished));
    complete = complete && is_complete(finished.outcome);
  }
  return complete;
}

// Returns: empty, or why there is not enough for --min-free.
std::string too_little_space(const RecordOptions& options) {
  const DiskSpace space(options.format, options.min_free_seconds);
  const auto room = free_bytes(options.output);
  if (!room || !space.must_end(*room)) return {};
  return fmt::format("{}: {}; make room, lower --min-free, or record elsewhere", options.output,
                     space.reason(*room));
}

// One that nobody asked for is not made before something is lost, but nothing else may be there
// then. Returns: empty, or why it cannot be.
std::string claim_gap_map(ClaimedOutputs& outputs, const RecordOptions& options) {
  if (options.gap_map_always) return outputs.claim(options.gap_map, options.overwrite);
  std::error_code error;
  if (options.overwrite || !std::filesystem::exists(to_path(options.gap_map), error)) return {};
  return fmt::format(
      "{} exists already: what an earlier recording lost; give -y to replace it, or choose another "
      "name",
      options.gap_map);
}

// It would be taken for the new recording's.
void remove_old_gap_map(const RecordOptions& options) {
  std::error_code error;
  const auto path = to_path(options.gap_map);
  if (std::filesystem::is_regular_file(path, error)) std::filesystem::remove(path, error);
}

ExitStatus record_into_file(const RecordOptions& options, os::StopSignals& signals,
                            LiveSource* live) {
  if (const std::string reason = too_little_space(options); !reason.empty()) {
    return complain(ExitStatus::disk_full, reason);
  }
  ClaimedOutputs outputs;
  std::string unpublished;
  std::string error;
  if (options.through_ring) {
    error = check_output_name(options.output, options.overwrite);
    unpublished = unpublished_name(options.output, core::os::process_id());
    if (error.empty()) error = outputs.claim(unpublished, false);
  } else {
    error = outputs.claim(options.output, options.overwrite);
  }
  if (error.empty() && !options.json.empty() && options.json != "-") {
    error = outputs.claim(options.json, options.overwrite);
  }
  if (error.empty()) error = claim_gap_map(outputs, options);
  if (!error.empty()) return complain(ExitStatus::cannot_open, error);
  TargetOptions wanted;
  wanted.path = options.through_ring ? unpublished : options.output;
  wanted.ring_bytes = options.ring_bytes;
  wanted.refuse_when_full = !options.may_wait;
  OpenedTarget opened = options.through_ring ? open_ring_target(wanted) : open_dos_target(wanted);
  if (!opened.target) {
    return complain(ExitStatus::cannot_open,
                    fmt::format("cannot open {}: {}", options.output, opened.error));
  }
  outputs.keep();
  if (!options.gap_map_always) remove_old_gap_map(options);
  const auto session = std::make_unique<RecordSession>(options, std::move(opened.target),
                                                       std::move(unpublished), live, signals);
  return tell(session->run());
}

OpenedLive open_live_source(const RecordArguments& arguments) {
  const LiveRequest request = live_request(arguments);
  switch (source_named(arguments.source)) {
    case SourceKind::jack:
      return open_jack_source(request);
    case SourceKind::wave_in:
      return open_wave_in_source(request);
    default:
      return open_portaudio_source(request);
  }
}

// The source before the file: without it nothing is to be left behind, and it decides about the
// format.
ExitStatus record_live(const RecordArguments& arguments) {
  os::StopSignals signals;
  OpenedLive opened = open_live_source(arguments);
  if (!opened.source) return complain(ExitStatus::cannot_open, opened.error);
  const RecordOptions options = checked(arguments, &opened.source->facts());
  const ExitStatus status = record_into_file(options, signals, opened.source.get());
  // Its thread may be inside it for ever.
  if (opened.source->stuck()) static_cast<void>(opened.source.release());
  return status;
}

ExitStatus record(const RecordArguments& arguments, const RecordOptions& options) {
  if (is_live(options.source)) return record_live(arguments);
  if (options.source == SourceKind::standard_input && os::input_is_terminal()) {
    return complain(ExitStatus::usage, "standard input is a terminal; pipe raw samples into it");
  }
  os::StopSignals signals;
  return record_into_file(options, signals, nullptr);
}

// The parent holds nothing open, so that whatever kills the recording leaves somebody to finish it.
ExitStatus record_supervised(const RecordArguments& arguments, const RecordOptions& options) {
  std::optional<ChildEnd> end;
  if (options.through_ring) end = run_in_child();
  if (!end) return record(arguments, options);
  if (end->killed_by.empty()) {
    if (end->status != 0) discard_unpublished(options.output, end->process);
    return static_cast<ExitStatus>(end->status);
  }
  complain(ExitStatus::other,
           fmt::format("the recording process {} was killed by {}", end->process, end->killed_by));
  discard_unpublished(options.output, end->process);
  auto recovered = nlohmann::ordered_json::array();
  const ExitStatus status =
      finish_what_it_left(*end, recovered) ? ExitStatus::other : ExitStatus::not_recovered;
  if (options.json.empty()) return status;
  // The child had only claimed it.
  const nlohmann::ordered_json json{{"file", options.output},
                                    {"exit_reason", "killed"},
                                    {"signal", end->killed_by},
                                    {"exit_status", static_cast<int>(status)},
                                    {"recovered", std::move(recovered)}};
  if (!write_file(options.json, json.dump(2, ' ', false, kReplace) + "\n")) {
    complain(status, fmt::format("cannot write the summary {}", options.json));
  }
  return status;
}

ExitStatus list_devices(const RecordArguments& arguments) {
  const SourceKind source = source_named(arguments.source);
  check_live_arguments(arguments, source);
  const LiveList list = source == SourceKind::jack      ? list_jack_ports(live_request(arguments))
                        : source == SourceKind::wave_in ? list_wave_in_devices()
                                                        : list_portaudio_devices();
  if (!list.error.empty()) return complain(ExitStatus::cannot_open, list.error);
  return print_to(stdout, list.text) ? ExitStatus::complete : ExitStatus::other;
}

ExitStatus run(const RecordArguments& arguments) {
  try {
    if (arguments.list_devices) return list_devices(arguments);
    RecordArguments resolved = arguments;
    resolved.output = behind_link(arguments.output);
    return record_supervised(resolved, checked(resolved));
  } catch (const UsageError& error) {
    return complain(ExitStatus::usage, error.what());
  }
}

}  // namespace

RunSubcommand add_record(CLI::App& app) {
  const auto arguments = std::make_shared<RecordArguments>();
  CLI::App* const record_app =
      app.add_subcommand("record", "Capture to a RIFF/WAVE file through the mmio functions");
  add_record_arguments(*record_app, *arguments);
  record_app->footer(kFooter);
  return [arguments] { return run(*arguments); };
}

}  // namespace ringproc::tool
