// What the figures mean for somebody who records, or needs to know what is safe: a few sentences.
#pragma once

#include <string>
#include <vector>

#include "measure/result.hpp"

namespace ringproc::tool::measure {

// The most important first. durable: whether the disk can be believed.
[[nodiscard]] std::vector<std::string> meaning_of(const RunResult& run, bool durable);

}  // namespace ringproc::tool::measure
