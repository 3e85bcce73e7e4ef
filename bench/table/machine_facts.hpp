// What a reader of the table must know about where it was measured. No names of hosts or places.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace bench {

// machine, kernel, file_system, date and the like, as text and numbers.
[[nodiscard]] nlohmann::json machine_facts(const std::string& directory);
[[nodiscard]] std::uint64_t free_bytes(const std::string& directory);
[[nodiscard]] std::string file_system(const std::string& directory);

}  // namespace bench
