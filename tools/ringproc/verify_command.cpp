// `ringproc verify`: checks a recording of the counter source against what was produced, or against
// what record says it lost.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "say.hpp"
#include "subcommands.hpp"
#include "units.hpp"
#include "verify_progress.hpp"
#include "verify_report.hpp"
#include "wave_reader.hpp"

namespace ringproc::tool {
namespace {

struct VerifyOptions {
  std::string file;
  std::optional<std::uint64_t> frames;
  std::optional<std::uint64_t> seed;
  std::string summary;
  std::string raw;
  bool anywhere = false;
  bool json = false;
};

ExitStatus complain(ExitStatus status, const std::string& text) {
  say(fmt::format("ringproc verify: {}\n", text));
  return status;
}

// The signal from where it begins in this recording. Frames that were lost before the first one
// that is there count as received. Returns: none if it is not found.
std::optional<Counter> received_signal(WaveReader& reader, const Counter& whole,
                                       const Expectation& expected) {
  const auto first = first_frame_of(reader, whole);
  if (!first) return std::nullopt;
  const bool lost_first = !expected.lost.empty() && expected.lost.front().start == 0;
  const std::uint64_t before = lost_first ? expected.lost.front().length : 0;
  return Counter(whole.format(), expected.seed, *first - std::min(*first, before));
}

// "s16:2". The rate is of no account.
std::optional<AudioFormat> raw_format(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto sample = sample_format_named(text.substr(0, colon));
  std::uint32_t channels = 0;
  const char* const end = text.data() + text.size();
  const auto parsed =
      std::from_chars(text.data() + std::min(colon + 1, text.size()), end, channels);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == end;
  if (!sample || !whole || channels == 0 || channels * sample_bytes(*sample) > kMaxFrameBytes) {
    return std::nullopt;
  }
  return AudioFormat{*sample, channels, 0};
}

ExitStatus verify(const VerifyOptions& options) {
  Expectation expected;
  if (!options.summary.empty()) {
    ReadExpectation read = read_expectation(options.summary, options.anywhere);
    if (!read.expectation) return complain(ExitStatus::cannot_open, read.error);
    expected = std::move(*read.expectation);
  }
  if (options.frames) expected.frames = options.frames;
  if (options.seed) expected.seed = *options.seed;
  WaveReader reader;
  if (const std::string error = reader.open(options.file); !error.empty()) {
    return complain(ExitStatus::cannot_open,
                    fmt::format("cannot open {}: {}", options.file, error));
  }
  if (!options.raw.empty()) {
    expected.format = raw_format(options.raw);
    expected.raw = true;
    if (!expected.format) {
      return complain(ExitStatus::usage, fmt::format("--raw {}: say a format and the number of "
                                                     "channels, such as s16:2",
                                                     options.raw));
    }
  }
  const std::optional<WaveFacts> facts =
      expected.raw && expected.format ? reader.take_as_raw(*expected.format) : reader.read_header();
  if (!facts) {
    return complain(ExitStatus::mismatch, fmt::format("{}: {}; nothing can be checked",
                                                      options.file, reader.header_error()));
  }
  std::optional<Counter> counter(std::in_place, facts->format, expected.seed);
  if (options.anywhere && reader.size() >= facts->format.frame_bytes()) {
    counter = received_signal(reader, *counter, expected);
    if (!counter && !reader.read_failed()) {
      return complain(ExitStatus::mismatch,
                      fmt::format("{}: it does not begin with any of the first {} frames of the "
                                  "signal with seed {}",
                                  options.file, kAnywhereFrames, expected.seed));
    }
  }
  const ExpectedSilence silence{expected.lost, expected.lost_complete,
                                expected.written_frames.has_value()};
  CheckReport report;
  {
    VerifyProgress progress(reader.size());
    reader.on_read([&progress](std::uint64_t offset) { progress.update(offset); });
    if (counter && expected.silent) {
      report = check_recording(reader, *counter, silence);
    } else if (counter) {
      report = check_recording(reader, *counter);
    }
    reader.on_read({});
  }
  if (reader.read_failed()) {
    return complain(ExitStatus::io_error,
                    fmt::format("{}: reading failed; is the disk sound?", options.file));
  }
  const Verdict verdict = judge(*facts, report, expected);
  const std::string text = options.json ? verdict_json(options.file, *facts, report, verdict)
                                        : verdict_text(options.file, *facts, report, verdict);
  if (!print_to(stdout, text + "\n")) return ExitStatus::other;
  return verdict.right ? ExitStatus::complete : ExitStatus::mismatch;
}

}  // namespace

RunSubcommand add_verify(CLI::App& app) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* const verify_app =
      app.add_subcommand("verify", "Check a recording of the counter source, sample by sample");
  verify_app->add_option("FILE", options->file, "The recording")->required();
  const auto frames =
      verify_app
          ->add_option("--frames", options->frames, "So many frames must be there, without a gap")
          ->check(whole_number_error);
  verify_app
      ->add_option("--summary", options->summary,
                   "What `record --json` wrote: the frames it lost must be missing, and no others")
      ->excludes(frames);
  verify_app->add_option("--raw", options->raw,
                         "The file has no header: its format and channels, such as s16:2 (the "
                         "summary says so, too)");
  verify_app
      ->add_option("--seed", options->seed,
                   "The seed given to record (default 1, or the summary's)")
      ->check(whole_number_error);
  verify_app->add_flag("--anywhere", options->anywhere,
                       "The counter's signal came through a live source, so the recording begins "
                       "with any frame of it");
  verify_app->add_flag("--json", options->json, "Print the result as JSON");
  verify_app->footer(
      "Exit status: 0 right, 8 not right, 2 usage, 3 the file or summary cannot be opened, 6 read "
      "error.");
  return [options] { return verify(*options); };
}

}  // namespace ringproc::tool
