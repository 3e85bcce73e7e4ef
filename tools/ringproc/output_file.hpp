// Takes possession of an output file before anything is written: never overwrites unasked, never
// touches what is no regular file.
#pragma once

#include <string>

namespace ringproc::tool {

struct OutputClaim {
  bool created = false;  // it was not there before
  std::string error;     // why the file cannot be used and what to do; empty if it can
};

// Effect: creates the file empty, or accepts an existing regular one if overwriting is allowed.
// Creating and asking whether it exists is one step.
[[nodiscard]] OutputClaim claim_output_file(const std::string& path, bool overwrite);

}  // namespace ringproc::tool
