// Mends the header of one file: what repair_plan.hpp decides, and what must be so before. Any
// thread; at most one at a time for a file.
#pragma once

#include <optional>
#include <string>

#include "repair_plan.hpp"

namespace ringproc::tool {

enum class RepairResult {
  sound,        // nothing to do, nothing done
  mended,       // durable
  would_mend,   // a dry run
  not_mended,   // `error` says why it cannot be, and what to do
  in_use,       // somebody is writing it
  pending,      // a killed process left bytes for it, which come first
  cannot_open,  // or it is no WAVE file
  io_error,     // reading, writing or syncing failed
};

struct RepairOutcome {
  RepairResult result = RepairResult::cannot_open;
  std::string file;
  std::string error;
  RepairPlan plan;
};

// Effect: the file's header says what is in the file, durably, or the file is untouched. The
// samples are durable before the header speaks of them. Errors: in the outcome. Blocks: on the
// disk.
[[nodiscard]] RepairOutcome repair_file(const std::string& file, const RepairWishes& wishes,
                                        bool dry_run);

}  // namespace ringproc::tool
