// A JACK client that numbers frames, so that a recording says itself which of them it lacks. Usage:
// ringproc_counting_feeder CHANNELS; the server is $JACK_DEFAULT_SERVER, the ports feeder:out_1 and
// so on. It says "ready" when it runs; then to each line on standard input "FRAMES XRUNS MISSED":
// the frames it has played, the xruns the server told of, and what of port 1 a second client has
// missed that does nothing but listen: so many frames the server loses whoever records. The end of
// the input ends it.
//
// Channel c (from 0) of frame n is ((n + c) mod (2^23 - 1) + 1) / 2^23: exact as a float, as an
// integer of 24 or 32 bits and through resamplers' gain of one; never zero, so that what a
// recorder made silent is told from what was there; another in each channel, so that a channel
// that slipped is seen. Frames are numbered by what was played, not by the server's clock: when
// the feeder itself misses a period, no number is skipped.
#include <jack/jack.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t kNumbers = (1U << 23U) - 1;
constexpr auto kScale = static_cast<float>(1U << 23U);

class Feeder {
 public:
  // Effect: plays from now on. Returns: whether it does. The process callback allocates nothing
  // and asks for nothing.
  bool start(jack_client_t* client, int channels) {
    for (int i = 1; i <= channels; ++i) {
      ports_.push_back(jack_port_register(client, ("out_" + std::to_string(i)).c_str(),
                                          JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0));
      if (!ports_.back()) return false;
    }
    const auto process = [](jack_nframes_t frames, void* self) {
      static_cast<Feeder*>(self)->play(frames);
      return 0;
    };
    const auto xrun = [](void* self) {
      static_cast<Feeder*>(self)->xruns_.fetch_add(1, std::memory_order_relaxed);
      return 0;
    };
    return jack_set_process_callback(client, process, this) == 0 &&
           jack_set_xrun_callback(client, xrun, this) == 0 && jack_activate(client) == 0;
  }

  // Any thread.
  [[nodiscard]] std::uint64_t played() const { return played_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t xruns() const { return xruns_.load(std::memory_order_relaxed); }

 private:
  void play(jack_nframes_t frames) {
    const std::uint64_t first = played_.load(std::memory_order_relaxed);
    for (std::size_t c = 0; c < ports_.size(); ++c) {
      auto* const to = static_cast<float*>(jack_port_get_buffer(ports_[c], frames));
      for (jack_nframes_t i = 0; i < frames; ++i) {
        to[i] = static_cast<float>((first + i + c) % kNumbers + 1) / kScale;
      }
    }
    played_.store(first + frames, std::memory_order_relaxed);
  }

  std::vector<jack_port_t*> ports_;
  std::atomic<std::uint64_t> played_{0};
  std::atomic<std::uint64_t> xruns_{0};
};

// Missed: numbers skipped. As the feeder numbers what it plays, a repeated period is no loss.
class Listener {
 public:
  // Effect: listens to the feeder's first port. Returns: whether it does.
  bool start(jack_client_t* client) {
    port_ = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    const auto process = [](jack_nframes_t frames, void* self) {
      static_cast<Listener*>(self)->listen(frames);
      return 0;
    };
    return port_ && jack_set_process_callback(client, process, this) == 0 &&
           jack_activate(client) == 0 &&
           jack_connect(client, "feeder:out_1", jack_port_name(port_)) == 0;
  }

  // Any thread.
  [[nodiscard]] std::uint64_t missed() const { return missed_.load(std::memory_order_relaxed); }

 private:
  void listen(jack_nframes_t frames) {
    const auto* const from = static_cast<const float*>(jack_port_get_buffer(port_, frames));
    const auto first = static_cast<std::uint64_t>(from[0] * kScale);
    if (first == 0) return;  // not connected yet
    const std::uint64_t step = (first + kNumbers - last_) % kNumbers;
    if (last_ != 0 && step > 1 && step < kNumbers / 2) {
      missed_.fetch_add(step - 1, std::memory_order_relaxed);
    }
    last_ = static_cast<std::uint64_t>(from[frames - 1] * kScale);
  }

  jack_port_t* port_ = nullptr;
  std::uint64_t last_ = 0;  // the process thread's; 0: none yet
  std::atomic<std::uint64_t> missed_{0};
};

int fail(const char* why) {
  std::cerr << "ringproc_counting_feeder: " << why << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int channels = argc == 2 ? std::atoi(argv[1]) : 0;
  if (channels < 1) return fail("usage: ringproc_counting_feeder CHANNELS");
  Feeder feeder;
  jack_client_t* const client = jack_client_open("feeder", JackNoStartServer, nullptr);
  if (!client) return fail("no JACK server (its name: $JACK_DEFAULT_SERVER)");
  Listener listener;
  jack_client_t* const second = jack_client_open("listener", JackNoStartServer, nullptr);
  if (!feeder.start(client, channels) || !second || !listener.start(second)) {
    return fail("the server takes no such client");
  }
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << feeder.played() << ' ' << feeder.xruns() << ' ' << listener.missed() << std::endl;
  }
  jack_client_close(second);
  jack_client_close(client);
  return 0;
}
