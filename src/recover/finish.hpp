// Finishing a dead region in its own file, once that has been found to be as its owner left it.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include "backend/backend.hpp"
#include "region/place.hpp"
#include "region/region.hpp"

namespace ringproc::core {

// Why the bytes cannot go to their file, which is not an error but another's doing; empty if they
// can, then `target` is open, and other ringproc processes are kept from opening it. path: where
// the file was; where it is. error: it cannot be told, or the file cannot be opened.
[[nodiscard]] std::string conflict_of(const RegionFile& file, Region& copy, std::string& path,
                                      std::unique_ptr<Backend>& target, std::error_code& error);

// The file's state is its owner's doing: told to the region.
[[nodiscard]] std::error_code settle(const RegionFile& file, Region& copy,
                                     const FileState& now) noexcept;

// Writes what is pending, and makes data, size and name durable. May be cut off anywhere and done
// again. Requires: no conflict.
[[nodiscard]] std::error_code finish(const RegionFile& file, Region& copy, Backend& target);

// Nothing is pending: only cuts off what the owner had taken beyond its bytes (see SpaceAhead).
// Otherwise as finish(), which does this too.
[[nodiscard]] std::error_code give_back_space(const RegionFile& file, Region& copy,
                                              Backend& target);

}  // namespace ringproc::core
