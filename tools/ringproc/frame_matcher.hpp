// Compares bytes of a recording with produced frames; the steps from which the checker is built.
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "counter.hpp"
#include "recording_view.hpp"

namespace ringproc::tool {

// A *window* is so many frames that they cannot match a wrong place by chance: at least four, at
// least 96 bits.
class FrameMatcher {
 public:
  FrameMatcher(RecordingView& view, const Counter& counter);

  [[nodiscard]] std::size_t frame_bytes() const { return frame_bytes_; }
  [[nodiscard]] std::size_t window_frames() const { return window_frames_; }

  // Returns: how many frames from `offset` on are `first_frame`, `first_frame` + 1, ...
  [[nodiscard]] std::uint64_t matching_run(std::uint64_t offset, std::uint64_t first_frame);

  // Is the one frame at `offset` this one? Rotated by so many channels?
  [[nodiscard]] bool is_frame(std::uint64_t offset, std::uint64_t frame);
  [[nodiscard]] bool is_rotated(std::uint64_t offset, std::uint64_t frame, std::uint32_t rotation);

  // Do a window's frames (fewer at the end of the file, but at least one) begin at `offset` with
  // `first_frame`?
  [[nodiscard]] bool window_matches(std::uint64_t offset, std::uint64_t first_frame);

  // Searches the frame number with which a window at `offset` begins: `near_frame` first, then by
  // growing distance up to `range`, forwards before backwards. At the end of the file, where the
  // window is short, the range is cut to what the remaining bits can tell apart.
  [[nodiscard]] std::optional<std::uint64_t> find_frame(std::uint64_t offset,
                                                        std::uint64_t near_frame,
                                                        std::uint64_t range);

 private:
  [[nodiscard]] std::uint64_t frames_after(std::uint64_t offset) const;
  [[nodiscard]] std::uint32_t first_sample_at(std::uint64_t offset);

  RecordingView& view_;
  const Counter& counter_;
  std::size_t frame_bytes_;
  std::size_t window_frames_;
  std::vector<std::byte> expected_;
};

}  // namespace ringproc::tool
