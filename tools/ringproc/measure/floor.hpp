// Whether this disk can be believed: what plain system calls cost on it, and what no device can do.
#pragma once

#include <string>
#include <vector>

#include "measure/result.hpp"

namespace ringproc::tool::measure {

// Why what was called durable cannot be; empty if nothing speaks against it. That is no proof: a
// device that acknowledges flushes after some time and does not do them looks honest. file_system
// and mount_options: as the system has them.
[[nodiscard]] std::vector<std::string> why_not_durable(const RunResult& run,
                                                       const std::string& file_system,
                                                       const std::string& mount_options);

// The floor itself: plain system calls, one caller, write and flush, closed loop; NULL if it is not
// there or did nothing.
[[nodiscard]] const CaseResult* floor_of(const RunResult& run, FileKind file);

}  // namespace ringproc::tool::measure
