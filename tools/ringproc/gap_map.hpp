// The list of what is missing in a recording, as a JSON file beside it: written while it goes on,
// so that it is there when the recorder is killed too.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "frame_range.hpp"
#include "loss_list.hpp"
#include "os.hpp"
#include "overrun.hpp"

namespace ringproc::tool {

struct Gap {
  enum class Kind {
    lost,  // the source had them, the ring had no room
    gap    // the source itself went on without them
  };

  std::uint64_t start = 0;   // by the source's clock, on which every frame counts
  std::uint64_t length = 0;  // frames
  Kind kind = Kind::lost;
  std::uint64_t file_frame = 0;  // where in the file they are missing, or silent

  [[nodiscard]] friend bool operator==(const Gap&, const Gap&) = default;
};

// lost: by the numbers of captured frames. gaps: by the source's clock. Both by rising number.
// Returns: all of them, by the source's clock; a loss that goes on behind a gap is two.
[[nodiscard]] std::vector<Gap> gaps_of(const std::vector<FrameRange>& lost,
                                       const std::vector<FrameRange>& gaps, OnOverrun on_overrun);

struct GapMapOptions {
  std::string path;
  bool always = false;  // also when nothing is missing
  std::string file;     // the recording
  std::uint32_t rate = 0;
  OnOverrun on_overrun = OnOverrun::drop;
};

class GapMap {
 public:
  // gaps: null if the source has none. Requires: both lists outlive it.
  GapMap(GapMapOptions options, const LossList& lost, const LossList* gaps);

  // Effect: writes what is new, but not so often that it loads a disk that does not keep up.
  // Threads: one at a time. Blocks: on the disk.
  void update();

  // Effect: writes it all, and that the recording has ended. Returns: the last error of writing.
  [[nodiscard]] std::error_code finish();

  [[nodiscard]] bool written() const { return written_; }

 private:
  [[nodiscard]] std::uint64_t missing() const;
  void write(bool finished);

  const GapMapOptions options_;
  const LossList& lost_;
  const LossList* const gaps_;
  bool written_ = false;
  std::uint64_t written_frames_ = 0;
  os::Clock::time_point next_{};
  std::error_code error_;
};

}  // namespace ringproc::tool
