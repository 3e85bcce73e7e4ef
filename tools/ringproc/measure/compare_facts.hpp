// What differs between two runs besides their times. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "measure/compare.hpp"

namespace ringproc::tool::measure {

[[nodiscard]] ComparedRun head_of(const nlohmann::ordered_json& run);

// Of machine, disk, program and settings: whatever has an influence on times.
[[nodiscard]] std::vector<Difference> differences(const nlohmann::ordered_json& a,
                                                  const nlohmann::ordered_json& b);

// What one run says of itself that must be known before its numbers.
[[nodiscard]] std::vector<std::string> warnings_of(const std::string& name,
                                                   const nlohmann::ordered_json& run,
                                                   const nlohmann::ordered_json& other);

}  // namespace ringproc::tool::measure
