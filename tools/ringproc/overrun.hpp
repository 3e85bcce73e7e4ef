// What a recording does about frames that the procedure had no room for. Plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "frame_range.hpp"

namespace ringproc::tool {

enum class OnOverrun {
  drop,     // they are skipped: the file is shorter
  silence,  // their place in the file is kept, and reads as zeros
  stop      // the recording ends at the first
};

inline constexpr std::array<std::string_view, 3> kOnOverrunNames = {"drop", "silence", "stop"};

[[nodiscard]] constexpr std::string_view name_of(OnOverrun policy) {
  return kOnOverrunNames[static_cast<std::size_t>(policy)];
}

[[nodiscard]] constexpr std::optional<OnOverrun> on_overrun_named(std::string_view name) {
  for (std::size_t i = 0; i < kOnOverrunNames.size(); ++i) {
    if (kOnOverrunNames[i] == name) return static_cast<OnOverrun>(i);
  }
  return std::nullopt;
}

// Where the first `accepted` frames that came from the source end in a file that keeps the place of
// the lost ones. Requires: lost is complete and by rising number. Silence behind the last of those
// frames is not counted.
[[nodiscard]] inline std::uint64_t file_frames_of(std::uint64_t accepted,
                                                  const std::vector<FrameRange>& lost) {
  std::uint64_t silent = 0;
  for (const FrameRange& range : lost) {
    if (range.start - silent >= accepted) break;
    silent += range.length;
  }
  return accepted + silent;
}

}  // namespace ringproc::tool
