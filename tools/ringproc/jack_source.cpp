// Recording from a JACK server: a client with one input for each channel, connected to the ports
// asked for. Its process callback interleaves and writes, and nothing else.
#include <fmt/core.h>
#include <jack/jack.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "cycle_clock.hpp"
#include "jack_ports.hpp"
#include "live_feed.hpp"
#include "live_source.hpp"

namespace ringproc::tool {
namespace {

// Cycles until a connection counts as made, whether the server shows it or not.
constexpr int kCyclesToConnect = 64;

void no_chatter(const char* /*text*/) {}

std::string named(const LiveRequest& request) {
  if (!request.server.empty()) return request.server;
  const char* const from_environment = std::getenv("JACK_DEFAULT_SERVER");
  return from_environment ? from_environment : "default";
}

// Starts no server.
jack_client_t* open_client(const LiveRequest& request, jack_status_t& status) {
  jack_set_error_function(no_chatter);
  jack_set_info_function(no_chatter);
  const auto with_name = request.server.empty() ? JackNullOption : JackServerName;
  return jack_client_open(request.client_name.c_str(),
                          static_cast<jack_options_t>(JackNoStartServer | with_name), &status,
                          request.server.c_str());
}

std::string why_no_client(const LiveRequest& request, jack_status_t status) {
  const std::string server = named(request);
  if ((status & JackServerFailed) != 0) {
    return fmt::format(
        "no JACK server named {} can be reached; start one (`jackd -n {} ...`, as the same user), "
        "or say which with --jack-server",
        server, server);
  }
  return fmt::format("the JACK server {} refuses a client named {} (status {:#x})", server,
                     request.client_name, static_cast<unsigned>(status));
}

class JackSource final : public LiveSource {
 public:
  ~JackSource() override {
    if (client_) jack_client_close(client_);
  }

  // Returns: empty, or why this cannot be had. Nothing else is to be called then.
  [[nodiscard]] std::string open(const LiveRequest& request);

  [[nodiscard]] const LiveFacts& facts() const override { return facts_; }
  [[nodiscard]] CaptureEnd run(Capture& capture, const AudioFormat& format) override;
  [[nodiscard]] const LiveCounts& counts() const override { return feed_.counts(); }
  [[nodiscard]] const LossList& gaps() const override { return feed_.gaps(); }
  [[nodiscard]] std::string error() const override;
  [[nodiscard]] bool stuck() const override { return feed_.went_silent(); }

 private:
  [[nodiscard]] std::string add_ports(const std::vector<std::string>& names);
  [[nodiscard]] std::string connect(const std::vector<std::string>& names);
  void set_callbacks();
  void process(jack_nframes_t frames);
  [[nodiscard]] bool connected();
  void note(const CycleClock::Gap& gap) { feed_.note_gap(gap.frames, gap.behind); }
  void die(std::string reason);

  jack_client_t* client_ = nullptr;
  LiveFacts facts_;
  LiveFeed feed_;

  std::atomic<bool> dead_{false};  // set after reason_
  mutable std::mutex mutex_;
  std::string reason_;  // guarded by mutex_

  // The callback's own while the gate is open.
  std::vector<jack_port_t*> ports_;
  std::vector<const float*> buffers_;
  int cycles_to_connect_ = kCyclesToConnect;  // 0: connected
  std::optional<CycleClock> clock_;
};

std::string JackSource::open(const LiveRequest& request) {
  jack_status_t status{};
  client_ = open_client(request, status);
  if (!client_) return why_no_client(request, status);
  facts_.rate = jack_get_sample_rate(client_);
  facts_.period_frames = jack_get_buffer_size(client_);
  clock_.emplace(facts_.rate);
  facts_.real_time = jack_is_realtime(client_) != 0;
  if (request.rate && *request.rate != facts_.rate) {
    return fmt::format(
        "--rate {}: the JACK server runs at {}; leave --rate out, or start the server with that "
        "rate",
        *request.rate, facts_.rate);
  }
  const JackPorts found = find_jack_ports(client_, request.ports, request.channels);
  if (!found.error.empty()) return found.error;
  facts_.channels = static_cast<std::uint32_t>(found.names.size());
  facts_.name = fmt::format("JACK server {}, {}{}", named(request), found.names.front(),
                            found.names.size() > 1 ? " to " + found.names.back() : "");
  if (std::string error = add_ports(found.names); !error.empty()) return error;
  return connect(found.names);
}

std::string JackSource::add_ports(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    jack_port_t* const port = jack_port_register(client_, fmt::format("in_{}", i + 1).c_str(),
                                                 JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    if (!port) {
      return fmt::format(
          "the JACK server has room for {} of {} ports; start it with a larger --port-max", i,
          names.size());
    }
    ports_.push_back(port);
  }
  buffers_.resize(ports_.size());
  return {};
}

// A change of the period's length needs no callback: each period says how long it is.
void JackSource::set_callbacks() {
  jack_set_process_callback(
      client_,
      [](jack_nframes_t frames, void* self) {
        static_cast<JackSource*>(self)->process(frames);
        return 0;
      },
      this);
  jack_set_xrun_callback(
      client_,
      [](void* self) {
        static_cast<JackSource*>(self)->feed_.note_xrun();
        return 0;
      },
      this);
  jack_set_sample_rate_callback(
      client_,
      [](jack_nframes_t rate, void* self) {
        auto& source = *static_cast<JackSource*>(self);
        if (rate != source.facts_.rate) {
          source.die(fmt::format("the JACK server's rate changed from {} to {} Hz",
                                 source.facts_.rate, rate));
        }
        return 0;
      },
      this);
  jack_on_info_shutdown(
      client_,
      [](jack_status_t /*code*/, const char* reason, void* self) {
        static_cast<JackSource*>(self)->die(
            fmt::format("the JACK server has gone or has thrown us out ({})", reason));
      },
      this);
}

// Activates the client first: only then ports can be connected.
std::string JackSource::connect(const std::vector<std::string>& names) {
  set_callbacks();
  if (jack_activate(client_) != 0) return "the JACK server does not let the client run";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const int result = jack_connect(client_, names[i].c_str(), jack_port_name(ports_[i]));
    if (result != 0) return fmt::format("the JACK port {} cannot be connected", names[i]);
  }
  return {};
}

CaptureEnd JackSource::run(Capture& capture, const AudioFormat& format) {
  const CaptureEnd end = feed_.run(capture, format, facts_.period_frames,
                                   [this] { return dead_.load(std::memory_order_acquire); });
  note(clock_->rest());  // the callback passes no more
  return end;
}

void JackSource::process(jack_nframes_t frames) {
  if (!feed_.enter()) return;
  if (connected()) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      buffers_[i] = static_cast<const float*>(jack_port_get_buffer(ports_[i], frames));
    }
    const auto verdict = clock_->call(jack_last_frame_time(client_), frames,
                                      [&] { return feed_.repeats(buffers_, frames); });
    note(verdict.gap);
    if (verdict.take) feed_.take_planar(buffers_, frames);
  }
  feed_.leave();
}

// The server makes connections between cycles, not at once; what came before would be silence in
// some of the channels.
bool JackSource::connected() {
  if (cycles_to_connect_ == 0) return true;
  const bool all = std::ranges::all_of(
      ports_, [](const jack_port_t* port) { return jack_port_connected(port) > 0; });
  cycles_to_connect_ = all ? 0 : cycles_to_connect_ - 1;
  return cycles_to_connect_ == 0;
}

void JackSource::die(std::string reason) {
  const std::lock_guard lock(mutex_);
  if (reason_.empty()) reason_ = std::move(reason);
  dead_.store(true, std::memory_order_release);  // observed by run()
}

std::string JackSource::error() const {
  const std::lock_guard lock(mutex_);
  if (!reason_.empty()) return reason_;
  return fmt::format("the JACK server has not called for {} seconds", LiveFeed::kSilentSeconds);
}

}  // namespace

OpenedLive open_jack_source(const LiveRequest& request) {
  auto source = std::make_unique<JackSource>();
  std::string error = source->open(request);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::move(source), {}};
}

LiveList list_jack_ports(const LiveRequest& request) {
  jack_status_t status{};
  jack_client_t* const client = open_client(request, status);
  if (!client) return {{}, why_no_client(request, status)};
  LiveList list;
  for (const std::string& name : jack_outputs(client, {})) list.text += name + "\n";
  jack_client_close(client);
  return list;
}

}  // namespace ringproc::tool
