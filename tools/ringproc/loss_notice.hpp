// Tells of frames that are missing while it happens: at once when it begins, then at most once a
// second. Makes text, prints nothing. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "loss_list.hpp"
#include "os.hpp"

namespace ringproc::tool {

class LossNotice {
 public:
  struct Words {
    const char* what;
    const char* why;
  };
  static constexpr Words kLost{"LOST frames", "the ring is full, the disk does not keep up"};
  static constexpr Words kGap{"MISSING in the source: frames", "by its clock it skipped them"};

  // Requires: losses outlives it.
  LossNotice(const LossList& losses, std::uint32_t rate, const Words& words = kLost)
      : losses_(losses), rate_(rate), words_(words) {}

  // Returns: a line about what was lost since the last one; empty if that is nothing, or the last
  // one is too recent.
  [[nodiscard]] std::string update(os::Clock::time_point now);

  // As update(), however recent the last one is.
  [[nodiscard]] std::string rest();

 private:
  const LossList& losses_;
  const std::uint32_t rate_;
  const Words words_;
  os::Clock::time_point next_{};
  std::size_t told_ranges_ = 0;
  std::uint64_t told_end_ = 0;  // one past the last frame that was told
  std::uint64_t told_frames_ = 0;
};

// How far into the recording a frame is: "0:12.345", "1:02:03.000".
[[nodiscard]] std::string moment_text(std::uint64_t frame, std::uint32_t rate);

}  // namespace ringproc::tool
