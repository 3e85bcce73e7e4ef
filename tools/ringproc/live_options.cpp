#include "live_options.hpp"

#include <fmt/core.h>

namespace ringproc::tool {
namespace {

// Nothing that a source may settle is refused where this is not.
LiveFacts guess() {
  LiveFacts facts;
  facts.channels = 1;
  facts.rate = 48'000;
  facts.period_frames = 64;
  return facts;
}

void refuse(bool given, const char* flag, const char* source) {
  if (given) throw UsageError(fmt::format("{} is for --source {}", flag, source));
}

}  // namespace

void add_live_arguments(CLI::App& app, RecordArguments& arguments) {
  LiveRequest& live = arguments.live;
  app.add_option("--ports", live.ports,
                 "jack: what to record, a channel for each port: names or patterns (regular "
                 "expressions) with commas between them (default: the sound card's inputs)");
  app.add_option("--jack-server", live.server,
                 "jack: the server's name (default: $JACK_DEFAULT_SERVER, or 'default')");
  app.add_option("--client-name", live.client_name,
                 "jack: the name to appear under (default ringproc)");
  app.add_option(
      "--device", live.device,
      "portaudio, waveIn: what to record: a number, a name or a part of one, as --list-devices "
      "has them (default: the system's)");
  app.add_flag("--list-devices", arguments.list_devices,
               "Print what that source can record from, and do nothing else");
}

void check_live_arguments(const RecordArguments& arguments, SourceKind source) {
  const LiveRequest& live = arguments.live;
  if (source != SourceKind::jack) {
    refuse(!live.ports.empty(), "--ports", "jack");
    refuse(!live.server.empty(), "--jack-server", "jack");
    refuse(!live.client_name.empty(), "--client-name", "jack");
  }
  if (source != SourceKind::portaudio && source != SourceKind::wave_in) {
    refuse(!live.device.empty(), "--device", "portaudio or waveIn");
  }
  if (!is_live(source)) {
    refuse(arguments.list_devices, "--list-devices", "jack, portaudio or waveIn");
    if (arguments.format.empty()) throw UsageError("--format is required");
    return;
  }
  if (arguments.procedure != "ring") {
    throw UsageError(fmt::format(
        "--source {} needs --proc ring: the built-in procedure waits for the disk, and a sound "
        "server's callback must not wait",
        arguments.source));
  }
  if (source == SourceKind::jack && arguments.period_frames) {
    throw UsageError("--period: the JACK server decides that (jackd ... -p FRAMES)");
  }
}

RecordArguments with_what_is_settled(const RecordArguments& arguments, const LiveFacts* settled) {
  const LiveFacts facts = settled ? *settled : guess();
  RecordArguments result = arguments;
  if (result.format.empty()) result.format = "f32";
  if (settled || !result.channels) result.channels = facts.channels;
  if (settled || !result.rate) result.rate = facts.rate;
  if (settled || !result.period_frames) result.period_frames = facts.period_frames;
  return result;
}

LiveRequest live_request(const RecordArguments& arguments) {
  LiveRequest request = arguments.live;
  if (request.client_name.empty()) request.client_name = "ringproc";
  request.channels = arguments.channels;
  request.rate = arguments.rate;
  request.period_frames = arguments.period_frames;
  request.sample = sample_format_named(arguments.format).value_or(SampleFormat::f32);
  return request;
}

}  // namespace ringproc::tool
