// Running the program's work in a child, with a parent that opens nothing, passes signals on, and
// is there when the child has been killed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ringproc::tool {

struct ChildEnd {
  std::uint32_t process = 0;
  int status = 0;         // exit status, if it was not killed
  std::string killed_by;  // the signal's name, or what else the system knows of it; else empty
};

// Forks (Windows: starts the program again, as its child, with the same command line). In the
// child: returns nothing, and the program goes on; should the parent die, the child gets SIGTERM.
// In the parent: passes SIGINT, SIGTERM and SIGHUP on, and returns how the child ended. If there
// can be no child, returns nothing, too: then this process does the work. Requires: called before
// anything is opened and any thread started. The child is in a process group of its own, so that a
// Ctrl-C reaches it once, through the parent.
[[nodiscard]] std::optional<ChildEnd> run_in_child();

}  // namespace ringproc::tool
