// Judges a recording of the counter source: compares every sample with what was produced, and where
// they differ finds out what happened (frames missing, doubled, wrong, swapped, rotated, cut) and
// goes on from there. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "counter.hpp"
#include "frame_range.hpp"
#include "recording_view.hpp"
#include "silent_view.hpp"

namespace ringproc::tool {

enum class Damage {
  forward,   // the numbers jump forward over the frames `start` ...: a gap, unless they come later
  back,      // the numbers jump back to `start`: frames come once more, or late
  wrong,     // as many frames as `length` hold other samples
  swapped,   // the frames `start` and `start` + 1 changed places
  rotated,   // the channels of `length` frames are rotated by `amount`
  cut,       // inside frame `start` only `amount` bytes are left; what follows is whole again
  inserted,  // `amount` bytes that belong to no frame come before frame `start`
  unrecognised,  // `length` frames to the end: nothing of them was found within the search
};

struct Finding {
  Damage damage = Damage::wrong;
  std::uint64_t start = 0;        // frame number of the source
  std::uint64_t length = 0;       // frames
  std::uint64_t amount = 0;       // see Damage
  std::uint64_t byte_offset = 0;  // where, in the sample bytes of the file
};

struct CheckReport {
  std::uint64_t offset = 0;          // the signal's number of frame 0; all others count from there
  std::uint64_t frames = 0;          // whole frames in the file
  std::uint64_t right_frames = 0;    // frames that hold what was produced, gaps before them or not
  std::uint64_t next_frame = 0;      // the number that would come next: one past the last frame
  std::uint64_t trailing_bytes = 0;  // bytes after the last whole frame
  std::vector<Finding> findings;     // in file order, at most kMaxFindings
  bool more_findings = false;
  std::optional<SilenceReport> silence;  // if silence was expected: it is not in the above
  std::vector<FrameRange> gaps;  // jumped over and nowhere in the file, by rising number, complete

  [[nodiscard]] bool only_gaps() const;  // nothing is wrong but that frames are missing
};

inline constexpr std::size_t kMaxFindings = 1'000;

// How far a jump of the frame numbers is searched, forwards and backwards.
inline constexpr std::uint64_t kSearchFrames = std::uint64_t{1} << 25;

[[nodiscard]] std::string_view name_of(Damage damage);

// How far the beginning of a recording that begins anywhere is searched: an hour and a half at 192
// kHz.
inline constexpr std::uint64_t kAnywhereFrames = std::uint64_t{1} << 30;

// Returns: the number that the recording's first frame has in the counter's signal, if it is found
// there. Blocks: on reading; as long as generating so many frames takes.
[[nodiscard]] std::optional<std::uint64_t> first_frame_of(RecordingView& view,
                                                          const Counter& counter);

// Checks the whole view. Blocks: on reading it.
[[nodiscard]] CheckReport check_recording(RecordingView& view, const Counter& counter);

// The same where silence is expected in the place of lost frames.
[[nodiscard]] CheckReport check_recording(RecordingView& view, const Counter& counter,
                                          const ExpectedSilence& expected);

}  // namespace ringproc::tool
