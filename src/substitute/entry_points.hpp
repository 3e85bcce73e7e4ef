// The functions that programs are led to, one of each per way of leading there, and the tables for
// patching.
#pragma once

#include <string>

namespace ringproc::substitute {

// Effect: from now on the program's calls come to us. Returns: empty, or why not; then nothing may
// run. Requires: functions are loaded, the procedure is installed.
[[nodiscard]] std::string catch_calls(bool follow_children);

}  // namespace ringproc::substitute
