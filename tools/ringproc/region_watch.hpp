// recover --watch: finishes regions as their owners die, until a signal.
#pragma once

#include "exit_status.hpp"

namespace ringproc::tool {

// quiet: only what could not be finished is told.
[[nodiscard]] ExitStatus watch_regions(bool quiet);

}  // namespace ringproc::tool
