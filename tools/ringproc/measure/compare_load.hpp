// Reads the result of `ringproc bench --json` back, and tells in words what is wrong with a file
// that is none. Main thread; blocks on the file.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace ringproc::tool::measure {

struct LoadedRun {
  nlohmann::ordered_json json;
  std::string error;  // names the file and says what to do; empty: json is a run
};

[[nodiscard]] LoadedRun load_run(const std::string& path);

// What load_run asks of the bytes of a file. Errors: as above, without the file's name.
[[nodiscard]] LoadedRun parse_run(const std::string& text);

// Returns: the first field that a comparison needs and that is missing or of the wrong kind, with
// what is wrong with it; empty if the document is a run.
[[nodiscard]] std::string run_problem(const nlohmann::ordered_json& run);

}  // namespace ringproc::tool::measure
