#include "jack_ports.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace ringproc::tool {
namespace {

constexpr std::size_t kShownPorts = 12;

// A name as it stands is not a pattern: "system:capture_1" would match "system:capture_10", too.
std::vector<std::string> matching(jack_client_t* client, const std::string& word) {
  const jack_port_t* const port = jack_port_by_name(client, word.c_str());
  if (port && (jack_port_flags(port) & JackPortIsOutput) != 0) return {word};
  return jack_outputs(client, word);
}

std::string what_there_is(jack_client_t* client) {
  const std::vector<std::string> all = jack_outputs(client, {});
  if (all.empty()) return "the server has no audio port to record from";
  std::string text = "there are: ";
  for (std::size_t i = 0; i < std::min(all.size(), kShownPorts); ++i) {
    text += (i > 0 ? ", " : "") + all[i];
  }
  if (all.size() > kShownPorts) text += fmt::format(", ... ({} in all)", all.size());
  return text;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) words.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

JackPorts physical_inputs(jack_client_t* client, std::optional<std::uint32_t> channels) {
  JackPorts ports{jack_outputs(client, {}, JackPortIsPhysical), {}};
  if (ports.names.empty()) {
    ports.error = "the server has no sound card inputs; name what to record with --ports; " +
                  what_there_is(client);
  } else if (channels.value_or(0) > ports.names.size()) {
    ports.error = fmt::format(
        "--channels {}: the sound card has {} inputs; lower it, or name more with --ports",
        *channels, ports.names.size());
  } else if (channels) {
    ports.names.resize(*channels);
  }
  return ports;
}

}  // namespace

std::vector<std::string> jack_outputs(jack_client_t* client, const std::string& pattern,
                                      unsigned long flags) {
  const char** const found =
      jack_get_ports(client, pattern.c_str(), JACK_DEFAULT_AUDIO_TYPE, flags | JackPortIsOutput);
  std::vector<std::string> names;
  for (std::size_t i = 0; found && found[i]; ++i) names.emplace_back(found[i]);
  jack_free(found);
  return names;
}

JackPorts find_jack_ports(jack_client_t* client, const std::string& text,
                          std::optional<std::uint32_t> channels) {
  if (text.empty()) return physical_inputs(client, channels);
  JackPorts ports;
  for (const std::string_view word : words_of(text)) {
    const std::vector<std::string> found = matching(client, std::string(word));
    if (found.empty()) {
      return {{},
              fmt::format("--ports: no audio port to record from matches {}; {}", word,
                          what_there_is(client))};
    }
    for (const std::string& name : found) {
      if (std::ranges::find(ports.names, name) == ports.names.end()) ports.names.push_back(name);
    }
  }
  if (ports.names.empty()) ports.error = "--ports names no port";
  if (channels && *channels != ports.names.size()) {
    ports.error =
        fmt::format("--channels {}: --ports {} are {} ports; leave --channels out, or name others",
                    *channels, text, ports.names.size());
  }
  return ports;
}

}  // namespace ringproc::tool
