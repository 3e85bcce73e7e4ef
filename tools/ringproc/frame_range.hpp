// A range of frame numbers: what record lost, what verify misses.
#pragma once

#include <cstdint>

namespace ringproc::tool {

struct FrameRange {
  std::uint64_t start = 0;
  std::uint64_t length = 0;

  [[nodiscard]] constexpr std::uint64_t end() const { return start + length; }
  [[nodiscard]] friend bool operator==(const FrameRange&, const FrameRange&) = default;
};

}  // namespace ringproc::tool
