// The result of a run of `bench` as one HTML page that needs nothing else: no network, no other
// file. Any thread; must never let a text of the run (a path, an error) become markup or script.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace ringproc::tool::measure {

// run: what --json writes. Returns: the page. Bytes that are no UTF-8 (names of files may have
// some) become U+FFFD.
[[nodiscard]] std::string page_of(const nlohmann::ordered_json& run);

}  // namespace ringproc::tool::measure
