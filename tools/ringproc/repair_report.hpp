// Telling what became of a file in `ringproc repair`. No I/O.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "exit_status.hpp"
#include "repair_file.hpp"

namespace ringproc::tool {

// Lines of text, each with its end.
[[nodiscard]] std::string text_of(const RepairOutcome& outcome);
[[nodiscard]] nlohmann::ordered_json json_of(const RepairOutcome& outcome);
[[nodiscard]] ExitStatus status_of(RepairResult result);

}  // namespace ringproc::tool
