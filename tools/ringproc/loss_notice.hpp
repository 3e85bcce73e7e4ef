// Tells of lost frames while they are being lost: at once when it begins, then at most once a
// second. Makes text, prints nothing. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "loss_list.hpp"
#include "os.hpp"

namespace ringproc::tool {

class LossNotice {
 public:
  // Requires: losses outlives it.
  LossNotice(const LossList& losses, std::uint32_t rate) : losses_(losses), rate_(rate) {}

  // Returns: a line about what was lost since the last one; empty if that is nothing, or the last
  // one is too recent.
  [[nodiscard]] std::string update(os::Clock::time_point now);

  // As update(), however recent the last one is.
  [[nodiscard]] std::string rest();

 private:
  const LossList& losses_;
  const std::uint32_t rate_;
  os::Clock::time_point next_{};
  std::size_t told_ranges_ = 0;
  std::uint64_t told_end_ = 0;  // one past the last frame that was told
  std::uint64_t told_frames_ = 0;
};

// How far into the recording a frame is: "0:12.345", "1:02:03.000".
[[nodiscard]] std::string moment_text(std::uint64_t frame, std::uint32_t rate);

}  // namespace ringproc::tool
