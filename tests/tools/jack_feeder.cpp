// A JACK client that plays the counter's signal: what it feeds, verify can judge. Usage:
// jack_feeder SERVER CHANNELS FORMAT; its ports are feeder:out_1 and so on. It says "ready" when it
// runs; then "period FRAMES" on standard input changes the server's period, and the end of the
// input ends it. The signal is the one that a recording in FORMAT must hold: s16, s24 or f32 (a
// float has too few bits for s32). The process callback allocates nothing, asks for nothing.
#include <jack/jack.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "counter.hpp"

namespace {

using namespace ringproc::tool;

// The float that becomes this sample again, bit by bit.
float as_float(SampleFormat format, const std::byte* stored) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, stored, sample_bytes(format));
  if (format == SampleFormat::f32) {
    float value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  const auto unused = 32 - 8 * static_cast<int>(sample_bytes(format));
  return static_cast<float>(static_cast<std::int32_t>(bits << unused)) / 2147483648.0F;
}

class Feeder {
 public:
  explicit Feeder(AudioFormat format)
      : counter_(format, kDefaultSeed), frame_(format.frame_bytes()) {}

  bool start(jack_client_t* client) {
    for (std::uint32_t i = 1; i <= counter_.format().channels; ++i) {
      ports_.push_back(jack_port_register(client, ("out_" + std::to_string(i)).c_str(),
                                          JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0));
      if (!ports_.back()) return false;
    }
    buffers_.resize(ports_.size());
    const auto process = [](jack_nframes_t frames, void* self) {
      static_cast<Feeder*>(self)->play(frames);
      return 0;
    };
    return jack_set_process_callback(client, process, this) == 0 && jack_activate(client) == 0;
  }

 private:
  // Frames are numbered by what was played, not by the server's clock, so that only a period that
  // the recorder does not get is a gap.
  void play(jack_nframes_t frames) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      buffers_[i] = static_cast<float*>(jack_port_get_buffer(ports_[i], frames));
    }
    const SampleFormat format = counter_.format().sample;
    for (jack_nframes_t frame = 0; frame < frames; ++frame) {
      counter_.fill(played_++, frame_);
      for (std::size_t i = 0; i < buffers_.size(); ++i) {
        buffers_[i][frame] = as_float(format, &frame_[i * sample_bytes(format)]);
      }
    }
  }

  Counter counter_;
  std::vector<std::byte> frame_;
  std::vector<jack_port_t*> ports_;
  std::vector<float*> buffers_;
  std::uint64_t played_ = 0;
};

int fail(const std::string& why) {
  std::cerr << "jack_feeder: " << why << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fail("usage: jack_feeder SERVER CHANNELS FORMAT");
  const auto sample = sample_format_named(argv[3]);
  if (!sample) return fail("no such format");
  Feeder feeder({*sample, static_cast<std::uint32_t>(std::atoi(argv[2])), 48'000});
  const auto options = static_cast<jack_options_t>(JackNoStartServer | JackServerName);
  jack_client_t* const client = jack_client_open("feeder", options, nullptr, argv[1]);
  if (!client) return fail("no server");
  if (!feeder.start(client)) return fail("it does not run");
  std::cout << "ready" << std::endl;
  std::string word;
  jack_nframes_t period = 0;
  while (std::cin >> word >> period) {
    if (word != "period" || jack_set_buffer_size(client, period) != 0) return fail("period");
    std::cout << "period is " << period << std::endl;
  }
  jack_client_close(client);
  return 0;
}
