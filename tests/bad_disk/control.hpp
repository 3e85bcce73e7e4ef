// The control channel: one command per line on a unix socket, each answered by one line when it is
// in force. README.md has the list.
#pragma once

#include <string>

#include "bad_disk/faults.hpp"
#include "bad_disk/names.hpp"

namespace bad_disk {

// Returns: the answer.
[[nodiscard]] std::string obey(const std::string& line, Faults& faults, Names& names);

// Listens at the path and obeys, on a thread per connection, until the process ends. Returns:
// whether it can.
[[nodiscard]] bool serve(const std::string& path, Faults& faults, Names& names);

}  // namespace bad_disk
