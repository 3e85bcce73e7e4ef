// Where in which file a caller writes next.
#pragma once

#include <algorithm>
#include <cstdint>

#include "measure/case.hpp"

namespace ringproc::tool::measure {

// The handle that a caller uses, and on a prepared file its part of the file.
struct Place {
  unsigned handle = 0;
  bool shared = false;  // with other callers
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Does each caller have a handle of its own?
[[nodiscard]] inline bool own_handles(const Case& one) { return one.file == FileKind::prepared; }

[[nodiscard]] inline unsigned handles_of(const Case& one) {
  return own_handles(one) ? one.callers : std::min(one.files, one.callers);
}

[[nodiscard]] inline unsigned file_of_handle(const Case& one, unsigned handle) {
  return handle % one.files;
}

// Blocks of the file for each of its callers.
[[nodiscard]] inline std::uint64_t blocks_each(const Case& one, unsigned caller) {
  return one.file_bytes / one.block_bytes / one.callers_of(caller % one.files);
}

[[nodiscard]] inline Place place_of(const Case& one, unsigned caller) {
  const unsigned file = caller % one.files;
  if (!own_handles(one)) return {file, one.callers_of(file) > 1, 0, 0};
  const std::uint64_t length = blocks_each(one, caller) * one.block_bytes;
  const std::uint64_t begin = caller / one.files * length;
  return {caller, false, begin, begin + length};
}

}  // namespace ringproc::tool::measure
