#include "portaudio_devices.hpp"

#include <fmt/core.h>
#include <portaudio.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "silent_error_output.hpp"

namespace ringproc::tool {
namespace {

std::optional<int> as_number(const std::string& text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

FoundDevice default_device(const std::vector<PortAudioDevice>& inputs) {
  const int index = Pa_GetDefaultInputDevice();
  const auto found = std::ranges::find(inputs, index, &PortAudioDevice::index);
  if (found != inputs.end()) return {*found, {}};
  if (inputs.empty()) return {std::nullopt, "PortAudio finds no device with inputs"};
  return {std::nullopt, "there is no default device; name one with --device (see --list-devices)"};
}

// Returns: where the own name begins, behind the sound system's.
std::string own_name(const PortAudioDevice& device) {
  return device.name.substr(device.name.find(": ") + 2);
}

}  // namespace

PortAudioLibrary::PortAudioLibrary() {
  const SilentErrorOutput silence;
  const PaError error = Pa_Initialize();
  if (error != paNoError) {
    error_ = fmt::format("PortAudio does not start: {}", Pa_GetErrorText(error));
  }
}

PortAudioLibrary::~PortAudioLibrary() {
  if (error_.empty()) static_cast<void>(Pa_Terminate());
}

std::vector<PortAudioDevice> portaudio_inputs() {
  std::vector<PortAudioDevice> inputs;
  for (int index = 0; index < Pa_GetDeviceCount(); ++index) {
    const PaDeviceInfo* const info = Pa_GetDeviceInfo(index);
    if (!info || info->maxInputChannels < 1) continue;
    const PaHostApiInfo* const system = Pa_GetHostApiInfo(info->hostApi);
    inputs.push_back({index, fmt::format("{}: {}", system ? system->name : "?", info->name),
                      static_cast<std::uint32_t>(info->maxInputChannels),
                      static_cast<std::uint32_t>(std::lround(info->defaultSampleRate)),
                      info->defaultHighInputLatency});
  }
  return inputs;
}

FoundDevice find_portaudio_device(const std::string& text) {
  const std::vector<PortAudioDevice> inputs = portaudio_inputs();
  if (text.empty()) return default_device(inputs);
  const auto number = as_number(text);
  std::vector<PortAudioDevice> parts;
  for (const PortAudioDevice& device : inputs) {
    const bool whole = device.name == text || own_name(device) == text;
    if (number ? *number == device.index : whole) return {device, {}};
    if (!number && device.name.find(text) != std::string::npos) parts.push_back(device);
  }
  if (parts.size() == 1) return {parts.front(), {}};
  if (parts.empty()) {
    return {std::nullopt, fmt::format("--device {}: there is no such device with inputs; see "
                                      "--list-devices",
                                      text)};
  }
  return {std::nullopt,
          fmt::format("--device {}: that may be {} or {}; give more of the name, or the number",
                      text, parts[0].name, parts[1].name)};
}

}  // namespace ringproc::tool
