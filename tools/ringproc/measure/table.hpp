// A run as text, for a terminal of 100 columns.
#pragma once

#include <string>

#include "measure/result.hpp"

namespace ringproc::tool::measure {

// Cases by groups. details: submission, completion and total apart, and the rounds' spread.
[[nodiscard]] std::string table_text(const RunResult& run, bool details);

}  // namespace ringproc::tool::measure
