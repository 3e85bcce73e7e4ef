// Keeping a region's bytes where their file cannot take them: in a new file, each byte at the
// offset that it has in the original, holes between them; readable by its owner only.
#pragma once

#include <string>
#include <system_error>

#include "region/place.hpp"
#include "region/region.hpp"

namespace ringproc::core {

struct KeepResult {
  std::string path;  // where they are
  std::error_code error;
};

// In `path`, or, if something else has that name, in path.2, path.3 and so on; made under another
// name first, so that a file of that name is complete. If an earlier, cut-off recovery has kept
// them already, that is found. On success durable.
// region: its name, which no two regions share at a time. Requires: the region's lock is held.
[[nodiscard]] KeepResult keep_beside(const RegionFile& file, const std::string& region,
                                     const std::string& path);

// In `path`, which must not exist. On success durable; on failure removed again.
[[nodiscard]] std::error_code keep_in_new(const RegionFile& file, const std::string& path);

// Gives a copy's ring memory back after a batch.
void forget_bytes(Region& copy) noexcept;

}  // namespace ringproc::core
