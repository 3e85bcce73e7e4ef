// Sources that call: sound servers and devices, which hand over each period in a callback of
// theirs. Opened before the output file is, because they decide about rate and channels.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture.hpp"
#include "loss_list.hpp"
#include "sample_format.hpp"

namespace ringproc::tool {

// As typed; empty or nothing where the source is to choose.
struct LiveRequest {
  std::string ports;        // JACK: names or patterns, with commas between them
  std::string server;       // JACK
  std::string client_name;  // JACK
  std::string device;       // PortAudio
  std::optional<std::uint32_t> channels;
  std::optional<std::uint32_t> rate;
  std::optional<std::uint64_t> period_frames;
  SampleFormat sample = SampleFormat::f32;
};

// What the source has settled.
struct LiveFacts {
  std::uint32_t channels = 0;
  std::uint32_t rate = 0;
  std::size_t period_frames = 0;  // as it is now; it may change
  std::string name;               // for the summary
  bool real_time = false;         // its callback is known to run in a real-time thread
  bool tells_gaps = true;         // its clock shows what it skipped
};

// What went wrong on the source's side, apart from what we lose. Numbers to show: relaxed.
struct LiveCounts {
  std::atomic<std::uint64_t> xruns{0};       // events that the source told of
  std::atomic<std::uint64_t> gap_frames{0};  // that it skipped, by its own clock
};

class LiveSource {
 public:
  virtual ~LiveSource() = default;

  [[nodiscard]] virtual const LiveFacts& facts() const = 0;

  // Effect: hands every period to capture, in the source's own thread, until the capture has ended
  // or the source has (source_failed). When it returns, nobody calls capture any more. Requires:
  // the format has the channels and the rate of facts(). Threads: one, once. Blocks: until then.
  [[nodiscard]] virtual CaptureEnd run(Capture& capture, const AudioFormat& format) = 0;

  [[nodiscard]] virtual const LiveCounts& counts() const = 0;

  // Where the source skipped frames (on its own clock: captured frames plus what it skipped
  // before). Threads: any, also during run().
  [[nodiscard]] virtual const LossList& gaps() const = 0;

  // After run(): why the source failed.
  [[nodiscard]] virtual std::string error() const = 0;

  // After run(): the source stands still, perhaps inside a call of ours. Then it must never be
  // destroyed.
  [[nodiscard]] virtual bool stuck() const { return false; }
};

// The same after it has ended, for the summary.
struct LiveTotals {
  std::string name;
  std::uint64_t xruns = 0;
  bool tells_gaps = true;  // else there are none here, whatever happened
  std::uint64_t gap_frames = 0;
  std::vector<FrameRange> gaps;
  bool gaps_complete = true;
};
[[nodiscard]] LiveTotals live_totals(const LiveSource& source);

// For the live line.
[[nodiscard]] std::string live_text(const LiveSource& source);

struct OpenedLive {
  std::unique_ptr<LiveSource> source;
  std::string error;  // why there is none, and what to do
};

// Connects to a running server and to its ports; starts none. Blocks: on the server.
[[nodiscard]] OpenedLive open_jack_source(const LiveRequest& request);

// The same for a device of PortAudio's.
[[nodiscard]] OpenedLive open_portaudio_source(const LiveRequest& request);

// The same for a waveIn device; Windows only.
[[nodiscard]] OpenedLive open_wave_in_source(const LiveRequest& request);

// What can be recorded from, a line each; or why that cannot be told.
struct LiveList {
  std::string text;
  std::string error;
};
[[nodiscard]] LiveList list_jack_ports(const LiveRequest& request);
[[nodiscard]] LiveList list_portaudio_devices();
[[nodiscard]] LiveList list_wave_in_devices();

}  // namespace ringproc::tool
