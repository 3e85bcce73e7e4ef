// Which of a JACK server's ports are meant by names and patterns. One thread; asks the server.
#pragma once

#include <jack/jack.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringproc::tool {

struct JackPorts {
  std::vector<std::string> names;  // one for each channel, in order
  std::string error;               // why these cannot be had, and what to do
};

// The audio ports that can be recorded: `text` is names or patterns (POSIX extended regular
// expressions, as JACK has them) with commas between them, and each must match; none twice. Without
// text: the inputs of the sound card. As many as `channels` says, if it does.
[[nodiscard]] JackPorts find_jack_ports(jack_client_t* client, const std::string& text,
                                        std::optional<std::uint32_t> channels);

// All of them; a pattern that is empty matches every port.
[[nodiscard]] std::vector<std::string> jack_outputs(jack_client_t* client,
                                                    const std::string& pattern,
                                                    unsigned long flags = 0);

}  // namespace ringproc::tool
