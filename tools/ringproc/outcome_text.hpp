// Recovering one region as the program does it, the recording's header included, and telling of it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "recover/recover.hpp"
#include "unfinished_wave.hpp"

namespace ringproc::tool {

struct FinishedRegion {
  core::RecoverOutcome outcome;
  HeaderMend header;
};

// Blocks: on the disk.
[[nodiscard]] FinishedRegion finish_region(const core::Place& place, const std::string& name,
                                           const core::RecoverRequest& request);

[[nodiscard]] std::string text_of(const FinishedRegion& finished);
[[nodiscard]] nlohmann::ordered_json json_of(const FinishedRegion& finished);

// One word for scripts.
[[nodiscard]] const char* word_of(core::RecoverResult result);

}  // namespace ringproc::tool
