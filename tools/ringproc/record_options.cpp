#include "record_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <system_error>

#include "live_options.hpp"
#include "machine.hpp"
#include "units.hpp"
#include "wave_layout.hpp"

namespace ringproc::tool {
namespace {

constexpr std::uint64_t kMinRingBytes = 64 * 1024;
constexpr std::uint64_t kMaxRingBytes = std::uint64_t{1} << 40;
constexpr double kDefaultRingSeconds = 10;
constexpr double kDefaultSyncSeconds = 1;
constexpr std::size_t kCounterPeriodFrames = 64;
constexpr std::size_t kStdinPeriodFrames = 1'024;
constexpr std::uint64_t kMaxPeriodBytes = 64 * 1024 * 1024;
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
constexpr double kLongestSeconds = 1e9;

AudioFormat checked_format(const RecordArguments& arguments) {
  if (!arguments.channels) throw UsageError("--channels is required");
  if (!arguments.rate) throw UsageError("--rate is required");
  const auto sample = sample_format_named(arguments.format);
  if (!sample) throw UsageError("--format must be s16, s24, s32 or f32");
  if (arguments.rate == 0) throw UsageError("--rate must be at least 1 Hz");
  const AudioFormat format{*sample, *arguments.channels, *arguments.rate};
  const std::uint64_t most = kMaxFrameBytes / sample_bytes(*sample);
  if (format.channels == 0 || format.channels > most) {
    throw UsageError(
        fmt::format("--channels must be between 1 and {} for {}", most, arguments.format));
  }
  if (format.bytes_per_second() > std::numeric_limits<std::uint32_t>::max()) {
    throw UsageError(
        "a RIFF header cannot state so many bytes per second; lower --rate or --channels");
  }
  return format;
}

std::uint64_t checked_max_frames(const RecordArguments& arguments) {
  if (arguments.frames) {
    if (*arguments.frames == 0) throw UsageError("--frames must be at least 1");
    return *arguments.frames;
  }
  if (!arguments.seconds) return kNoLimit;
  if (!(*arguments.seconds > 0) || *arguments.seconds > kLongestSeconds) {
    throw UsageError("--duration must be more than 0 seconds");
  }
  const double frames = std::round(*arguments.seconds * *arguments.rate);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(frames));
}

std::size_t checked_period(const RecordArguments& arguments, const RecordOptions& options) {
  if (!arguments.period_frames) {
    return options.source == SourceKind::standard_input ? kStdinPeriodFrames : kCounterPeriodFrames;
  }
  const std::uint64_t most = kMaxPeriodBytes / options.format.frame_bytes();
  if (*arguments.period_frames == 0 || *arguments.period_frames > most) {
    throw UsageError(fmt::format("--period must be between 1 and {} frames", most));
  }
  return static_cast<std::size_t>(*arguments.period_frames);
}

// Not more than the whole recording needs, and of the free memory at most a quarter.
std::uint64_t default_ring_bytes(const RecordOptions& options) {
  std::uint64_t bytes = static_cast<std::uint64_t>(
      kDefaultRingSeconds * static_cast<double>(options.format.bytes_per_second()));
  const std::uint64_t file_frames =
      std::min(options.max_frames, wave_layout(options.format).max_frames);
  bytes = std::min(bytes, file_frames * options.format.frame_bytes());
  if (const auto available = available_memory_bytes()) bytes = std::min(bytes, *available / 4);
  const std::uint64_t needed = 4 * options.period_frames * options.format.frame_bytes();
  return std::max({bytes, needed, kMinRingBytes});
}

std::uint64_t checked_ring(const RecordArguments& arguments, const RecordOptions& options) {
  if (!options.through_ring) {
    if (!arguments.ring.empty()) throw UsageError("--ring needs --proc ring");
    return 0;
  }
  if (arguments.ring.empty()) return default_ring_bytes(options);
  const std::uint64_t bytes = parse_ring(arguments.ring, options.format);
  const std::uint64_t needed = 2 * options.period_frames * options.format.frame_bytes();
  if (bytes < needed) {
    throw UsageError(fmt::format(
        "--ring {} is smaller than two periods ({} bytes); enlarge it or lower --period",
        arguments.ring, needed));
  }
  return bytes;
}

double checked_min_free(const RecordArguments& arguments) {
  if (!arguments.min_free_seconds) return 0;
  if (!(*arguments.min_free_seconds > 0) || *arguments.min_free_seconds > kLongestSeconds) {
    throw UsageError("--min-free must be more than 0 seconds of recording");
  }
  return *arguments.min_free_seconds;
}

std::string checked_gap_map(const RecordArguments& arguments) {
  if (arguments.gap_map.empty()) return arguments.output + ".gaps.json";
  if (arguments.gap_map == "-") throw UsageError("--gap-map needs the name of a file");
  if (arguments.gap_map == arguments.output || arguments.gap_map == arguments.json) {
    throw UsageError("--gap-map and another option name the same file");
  }
  return arguments.gap_map;
}

bool is_raw(const RecordArguments& arguments) {
  if (!arguments.container.empty()) return arguments.container == "raw";
  return arguments.output.ends_with(".raw") || arguments.output.ends_with(".pcm");
}

double unit_factor(std::string_view unit, const AudioFormat& format) {
  if (unit == "s") return static_cast<double>(format.bytes_per_second());
  if (unit == "ms") return static_cast<double>(format.bytes_per_second()) / 1'000;
  if (unit == "K") return 1024;
  if (unit == "M") return 1024 * 1024;
  return unit == "G" ? 1024 * 1024 * 1024 : 0;
}

}  // namespace

std::uint64_t parse_ring(const std::string& text, const AudioFormat& format) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const double factor =
      unit_factor(std::string_view(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)), format);
  if (parsed.ec != std::errc() || !std::isfinite(number) || number <= 0 || factor == 0) {
    throw UsageError(fmt::format(
        "--ring {}: say a time such as 10s or 500ms, or a size such as 64M or 2G", text));
  }
  const double bytes = number * factor;
  if (bytes > static_cast<double>(kMaxRingBytes)) {
    throw UsageError(fmt::format("--ring {}: more than 1 TiB", text));
  }
  return std::max(kMinRingBytes, static_cast<std::uint64_t>(bytes));
}

SourceKind source_named(std::string_view name) {
  if (name == "jack") return SourceKind::jack;
  if (name == "portaudio") return SourceKind::portaudio;
  if (name == "waveIn") return SourceKind::wave_in;
  return name == "stdin" ? SourceKind::standard_input : SourceKind::counter;
}

RecordOptions checked(const RecordArguments& typed, const LiveFacts* settled) {
  const SourceKind source = source_named(typed.source);
  if (typed.output.empty()) throw UsageError("--output is required");
  check_live_arguments(typed, source);
  const RecordArguments arguments = is_live(source) ? with_what_is_settled(typed, settled) : typed;
  RecordOptions options;
  options.output = arguments.output;
  options.source = source;
  options.format = checked_format(arguments);
  options.max_frames = checked_max_frames(arguments);
  options.through_ring = arguments.procedure == "ring";
  options.period_frames = checked_period(arguments, options);
  options.ring_bytes = checked_ring(arguments, options);
  options.sync_seconds = options.through_ring ? kDefaultSyncSeconds : 0;
  if (arguments.sync_seconds) {
    const double seconds = *arguments.sync_seconds;
    if (!(seconds == 0 || seconds >= 0.001) || seconds > kLongestSeconds) {
      throw UsageError("--sync must be at least 0.001 seconds, or 0 for never");
    }
    options.sync_seconds = seconds;
  }
  if (source != SourceKind::counter && arguments.unpaced) {
    throw UsageError(
        fmt::format("--unpaced is for the counter source; {} sets its own pace", arguments.source));
  }
  if (!arguments.json.empty() && arguments.json == arguments.output) {
    throw UsageError("--json and --output name the same file");
  }
  options.min_free_seconds = checked_min_free(arguments);
  options.gap_map_always = !arguments.gap_map.empty();
  options.gap_map = checked_gap_map(arguments);
  const auto on_overrun = on_overrun_named(arguments.on_overrun);
  if (!on_overrun) throw UsageError("--on-overrun must be drop, silence or stop");
  options.on_overrun = *on_overrun;
  options.raw = is_raw(arguments);
  options.json = arguments.json;
  options.quiet = arguments.quiet;
  options.overwrite = arguments.overwrite;
  options.paced = source == SourceKind::counter && !arguments.unpaced;
  options.may_wait = !options.paced && !is_live(source);
  options.seed = arguments.seed;
  return options;
}

void add_record_arguments(CLI::App& app, RecordArguments& arguments) {
  app.add_option("-o,--output", arguments.output, "The file to record into (RIFF/WAVE)");
  app.add_option(
         "--source", arguments.source,
         "counter: numbered samples that verify can check; stdin: raw interleaved "
         "little-endian samples; jack: a running JACK server; portaudio: a device of this machine; "
         "waveIn: the same on Windows")
      ->required()
      ->check(CLI::IsMember({"counter", "stdin", "jack", "portaudio", "waveIn"}));
  app.add_option(
      "-c,--channels", arguments.channels,
      "Channels (jack: one for each port; portaudio, waveIn: all that there are unless given)");
  app.add_option("-r,--rate", arguments.rate,
                 "Frames per second (jack: the server's; portaudio: the device's unless given; "
                 "waveIn: 48000)");
  app.add_option("-f,--format", arguments.format,
                 "Sample format: s16, s24, s32 or f32 (live sources: f32 unless given)");
  app.add_option("--container", arguments.container,
                 "wav: RIFF/WAVE, RF64 from 4 GiB on; raw: nothing but samples (default: raw for "
                 "names that end in .raw or .pcm, else wav)")
      ->check(CLI::IsMember({"wav", "raw"}));
  const auto seconds =
      app.add_option("-d,--duration", arguments.seconds, "Stop after so many seconds");
  app.add_option("-n,--frames", arguments.frames, "Stop after so many frames")
      ->check(whole_number_error)
      ->excludes(seconds);
  app.add_option("--ring", arguments.ring,
                 "Ring size: a time such as 10s, or bytes such as 64M (default: 10s, the whole "
                 "recording if that is "
                 "less, and at most a quarter of the free memory)");
  app.add_option(
      "--sync", arguments.sync_seconds,
      "A second thread makes everything durable every so many seconds, and then lets the "
      "header say so; 0: never (default: 1; with --proc dos: never)");
  app.add_option("--proc", arguments.procedure,
                 "I/O procedure: ring (default) or dos, the built-in one")
      ->check(CLI::IsMember({"ring", "dos"}));
  app.add_option("--on-overrun", arguments.on_overrun,
                 "Frames that the ring has no room for: drop (default) skips them, silence keeps "
                 "their place in the file, as zeros, stop ends the recording at the first")
      ->check(CLI::IsMember({"drop", "silence", "stop"}));
  app.add_option("--gap-map", arguments.gap_map,
                 "Write the list of what is missing to this file, whatever happens (default: "
                 "OUTPUT.gaps.json, when something is)");
  app.add_option(
      "--min-free", arguments.min_free_seconds,
      "End the recording, complete, when the disk has room for only so many seconds more "
      "(status 5); begin none with less");
  app.add_option("--json", arguments.json,
                 "Write the summary as JSON to this file, - for standard output");
  app.add_flag("-q,--quiet", arguments.quiet, "Show nothing but errors");
  app.add_flag("-y,--yes", arguments.overwrite, "Overwrite existing files");
  app.add_flag("--unpaced", arguments.unpaced,
               "counter: as fast as the file takes it, not by the clock");
  app.add_option("--period", arguments.period_frames,
                 "Frames per mmioWrite (default 64, for stdin 1024)")
      ->check(whole_number_error);
  app.add_option("--seed", arguments.seed, "Seed of the counter source (default 1)")
      ->check(whole_number_error);
  add_live_arguments(app, arguments);
}

}  // namespace ringproc::tool
