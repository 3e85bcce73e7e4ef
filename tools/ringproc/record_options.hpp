// What `ringproc record` was asked for: the command line, checked and put into numbers. No I/O but
// the question how much memory there is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "counter.hpp"
#include "live_source.hpp"
#include "overrun.hpp"
#include "sample_format.hpp"
#include "usage_error.hpp"

namespace ringproc::tool {

// As typed.
struct RecordArguments {
  std::string output;
  std::string source;
  std::optional<std::uint32_t> channels;
  std::optional<std::uint32_t> rate;
  std::string format;
  std::string container;
  std::optional<double> seconds;
  std::optional<std::uint64_t> frames;
  std::string ring;
  std::optional<double> sync_seconds;
  std::string procedure = "ring";
  std::string on_overrun = "drop";
  std::optional<double> min_free_seconds;
  std::string gap_map;
  std::string json;
  bool quiet = false;
  bool overwrite = false;
  bool unpaced = false;
  std::optional<std::uint64_t> period_frames;
  std::uint64_t seed = kDefaultSeed;
  LiveRequest live;  // only what has no place above; live_request() puts it together
  bool list_devices = false;
};

enum class SourceKind { counter, standard_input, jack, portaudio, wave_in };

// As --source has it. Requires, the other way round: one of these names.
[[nodiscard]] constexpr std::string_view name_of(SourceKind source) {
  constexpr std::array<std::string_view, 5> kNames = {"counter", "stdin", "jack", "portaudio",
                                                      "waveIn"};
  return kNames[static_cast<std::size_t>(source)];
}

[[nodiscard]] SourceKind source_named(std::string_view name);

[[nodiscard]] constexpr bool is_live(SourceKind source) {
  return source == SourceKind::jack || source == SourceKind::portaudio ||
         source == SourceKind::wave_in;
}

struct RecordOptions {
  std::string output;
  SourceKind source = SourceKind::counter;
  AudioFormat format;
  std::uint64_t max_frames = 0;  // the largest number if there is no limit
  std::uint64_t ring_bytes = 0;  // 0 without a ring
  double sync_seconds = 0;       // 0: never
  bool through_ring = true;
  OnOverrun on_overrun = OnOverrun::drop;
  bool raw = false;             // no header: nothing but samples
  double min_free_seconds = 0;  // 0: the disk may become full
  std::string gap_map;
  bool gap_map_always = false;  // it was asked for: also when nothing is missing
  std::string json;             // empty: none; "-": standard output
  bool quiet = false;
  bool overwrite = false;
  bool paced = false;    // the clock says when a period is there
  bool may_wait = true;  // else a full ring refuses, because the source does not wait
  std::size_t period_frames = 0;
  std::uint64_t seed = kDefaultSeed;
};

void add_record_arguments(CLI::App& app, RecordArguments& arguments);

// Before a live source is open, what it decides is guessed, so that the rest can be checked;
// `settled` is what it has decided. Throws: UsageError.
[[nodiscard]] RecordOptions checked(const RecordArguments& arguments,
                                    const LiveFacts* settled = nullptr);

// "10s" of audio of that format, or "64M" (K, M, G), in bytes. Throws: UsageError.
[[nodiscard]] std::uint64_t parse_ring(const std::string& text, const AudioFormat& format);

}  // namespace ringproc::tool
