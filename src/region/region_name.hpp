// Names of regions: DEVICE-INODE.K after the file that a region belongs to.
#pragma once

#include <array>
#include <cstdio>
#include <string>

#include "backend/backend.hpp"

namespace ringproc::core {

inline constexpr int kMostRegionsOfAFile = 64;
// Names are given in order but go in any order. What lies beyond a larger gap is found by a
// listing.
inline constexpr int kGap = 3;

[[nodiscard]] inline std::string region_name(const FileId& id, int k) {
  std::array<char, 64> text;
  const int n = std::snprintf(text.data(), text.size(), "%llx-%llx.%d",
                              static_cast<unsigned long long>(id.device),
                              static_cast<unsigned long long>(id.inode), k);
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace ringproc::core
