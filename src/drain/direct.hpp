// How a batch goes to disk: whole blocks of large data past the page cache, straight from ring
// memory; what is left at the ends, and small data, through it. Pure functions.
#pragma once

#include <cstdint>

#include "drain/batch.hpp"

namespace ringproc::core {

// Less than this is not worth a device's attention of its own, unless it was asked for. A second of
// 48 kHz mono is more: a thousand such files cost far less processor time past the page cache.
inline constexpr std::uint64_t kLeastDirect = 64 * 1024;

// The beginning of a batch that goes one way.
struct Slice {
  std::uint64_t length = 0;
  bool direct = false;
};

// least: fewer bytes than this in whole blocks go through the page cache. Returns: at least one
// byte, at most the batch.
[[nodiscard]] Slice next_slice(const Batch& batch, std::uint64_t least) noexcept;

}  // namespace ringproc::core
