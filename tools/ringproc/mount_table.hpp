// Linux's table of mounts: what is mounted where. Reads the stream it is given and nothing else.
// Any thread.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

namespace ringproc::tool {

struct Mount {
  std::string id;
  std::string parent;  // an id
  std::string point;
  std::string type;     // "ext4"
  std::string source;   // "/dev/vda1", "tmpfs", "server:/export"
  std::string options;  // of the mount, then those of the file system below it
};

// Reads what /proc/self/mountinfo has. path: canonical.
// Returns: the mount that path is on; nothing if none covers it.
[[nodiscard]] std::optional<Mount> find_mount(std::istream& table, const std::string& path);

}  // namespace ringproc::tool
