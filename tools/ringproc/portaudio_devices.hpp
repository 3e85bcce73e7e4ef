// PortAudio itself, and which of its devices is meant by a name or a number. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringproc::tool {

// In use from construction to destruction, without what the sound systems say on standard error
// while they are looked for.
class PortAudioLibrary {
 public:
  PortAudioLibrary();
  ~PortAudioLibrary();
  PortAudioLibrary(const PortAudioLibrary&) = delete;
  PortAudioLibrary& operator=(const PortAudioLibrary&) = delete;

  // Why it cannot be used; empty if it can.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  std::string error_;
};

struct PortAudioDevice {
  int index = 0;
  std::string name;  // the sound system's, a colon, its own
  std::uint32_t channels = 0;
  std::uint32_t rate = 0;  // its own
  double latency_seconds = 0;
};

// Those that have inputs. Requires: a PortAudioLibrary without an error, as below.
[[nodiscard]] std::vector<PortAudioDevice> portaudio_inputs();

struct FoundDevice {
  std::optional<PortAudioDevice> device;
  std::string error;  // why there is none, and what to do
};

// By number, by whole name, or by a part of a name that only one has; the system's default if
// `text` is empty.
[[nodiscard]] FoundDevice find_portaudio_device(const std::string& text);

}  // namespace ringproc::tool
