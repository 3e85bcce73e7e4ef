// How this host's winmm behaves where its documentation is silent, contradictory, or contradicted.
// Uses a procedure of its own and temporary files, which it removes. Needs nothing of the library.
#pragma once

#include <string>
#include <vector>

namespace ringproc::tool {

struct Finding {
  std::string id;
  std::string asked;
  std::string seen;
};

struct WinmmReport {
  std::string windows;  // version, and Wine's if it is Wine
  std::string winmm;    // path and version of the DLL
  std::vector<Finding> findings;
};

// Main thread, at most once. Blocks on the disk only.
[[nodiscard]] WinmmReport probe_winmm();

}  // namespace ringproc::tool
