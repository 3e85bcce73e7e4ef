// Whether the file at a region's path is still the one that the region's owner left: only then may
// its bytes be finished there.
#pragma once

#include <string>

#include "backend/backend.hpp"
#include "drain/batch.hpp"
#include "region/region.hpp"

namespace ringproc::core {

// Why this is another file than the owner's; empty if it is the same. By device, inode and birth
// time, as far as the file system knows them.
[[nodiscard]] std::string why_another_file(const RegionHeader& header, const FileState& now);

// Why the file is not as its owner left it; empty if it is: unchanged since the owner's last
// settled change, or changed in a way that the change which the owner had begun explains. `next`:
// the batch that replay would write first, its bytes fetched (an empty one if there is none).
// renamed: the owner died in renaming it, which changes its ctime.
[[nodiscard]] std::string why_changed(const RegionHeader& header, const FileState& now,
                                      bool renamed, const Batch& next, Backend& file);

}  // namespace ringproc::core
