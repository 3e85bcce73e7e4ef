#include "checker.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "frame_matcher.hpp"

namespace ringproc::tool {
namespace {

constexpr std::uint64_t kNearFrames =
    4'096;  // jumps searched at each of the first frames after a difference
constexpr std::uint64_t kCloseSteps = 64;  // after so many frames only every power of two is tried

// Where the recording goes on after a difference.
struct Resumption {
  std::uint64_t wrong_frames = 0;  // frames of the file that come before it and hold other samples
  std::uint64_t frame = 0;         // the number it goes on with
};

class Checker {
 public:
  Checker(RecordingView& view, const Counter& counter)
      : view_(view),
        matcher_(view, counter),
        offset_of_signal_(counter.offset()),
        channels_(counter.format().channels) {}

  [[nodiscard]] CheckReport run();

 private:
  [[nodiscard]] std::uint64_t frames_left() const {
    return (view_.size() - offset_) / matcher_.frame_bytes();
  }
  [[nodiscard]] std::uint64_t offset_after(std::uint64_t frames) const {
    return offset_ + frames * matcher_.frame_bytes();
  }

  void resume();
  [[nodiscard]] std::optional<Resumption> resume_close();
  [[nodiscard]] std::optional<Resumption> resume_far(std::uint64_t range, std::uint64_t growth);
  [[nodiscard]] bool resume_inside_frame();
  [[nodiscard]] bool pass_rotated();
  void go_on(Resumption to);
  void jump_to(std::uint64_t frame);
  void note(Damage damage, std::uint64_t length, std::uint64_t amount = 0);
  void note_jump_over(std::uint64_t start, std::uint64_t length);

  RecordingView& view_;
  FrameMatcher matcher_;
  std::uint64_t offset_of_signal_;
  std::uint32_t channels_;
  std::uint64_t offset_ = 0;             // where we are in the file
  std::uint64_t frame_ = 0;              // the number that should come here
  std::vector<FrameRange> present_;      // every run of right frames, in file order
  std::vector<FrameRange> jumped_over_;  // in file order
  CheckReport report_;
};

// Sorts ranges and joins those that touch or overlap.
std::vector<FrameRange> joined(std::vector<FrameRange> ranges) {
  std::ranges::sort(ranges, {}, &FrameRange::start);
  std::vector<FrameRange> result;
  for (const FrameRange& range : ranges) {
    if (result.empty() || range.start > result.back().end()) {
      result.push_back(range);
    } else {
      result.back().length = std::max(result.back().end(), range.end()) - result.back().start;
    }
  }
  return result;
}

// What of `from` is not in `taken`; both joined.
std::vector<FrameRange> without(const std::vector<FrameRange>& from,
                                const std::vector<FrameRange>& taken) {
  std::vector<FrameRange> result;
  auto next = taken.begin();
  for (const FrameRange& range : from) {
    std::uint64_t start = range.start;
    while (next != taken.end() && next->end() <= start) ++next;
    for (auto at = next; at != taken.end() && at->start < range.end(); ++at) {
      if (at->start > start) result.push_back({start, at->start - start});
      start = std::max(start, at->end());
    }
    if (start < range.end()) result.push_back({start, range.end() - start});
  }
  return result;
}

CheckReport Checker::run() {
  while (frames_left() > 0) {
    const std::uint64_t run = matcher_.matching_run(offset_, frame_);
    report_.right_frames += run;
    if (run > 0) present_.push_back({frame_, run});
    offset_ = offset_after(run);
    frame_ += run;
    if (frames_left() > 0) resume();
  }
  report_.offset = offset_of_signal_;
  report_.frames = view_.size() / matcher_.frame_bytes();
  report_.next_frame = frame_;
  report_.trailing_bytes = view_.size() - offset_;
  report_.gaps = without(joined(std::move(jumped_over_)), joined(std::move(present_)));
  return std::move(report_);
}

// The cheap explanations first, then those that need a long search.
void Checker::resume() {
  if (const auto close = resume_close()) return go_on(*close);
  if (resume_inside_frame() || pass_rotated()) return;
  if (const auto far = resume_far(kNearFrames, 2)) return go_on(*far);
  if (const auto far = resume_far(kSearchFrames, 16)) return go_on(*far);
  const std::uint64_t left = frames_left();
  note(left <= kCloseSteps ? Damage::wrong : Damage::unrecognised, left);
  offset_ = offset_after(left);
  frame_ += left;
}

std::optional<Resumption> Checker::resume_close() {
  const std::uint64_t last = std::min(kCloseSteps, frames_left() - 1);
  for (std::uint64_t skipped = 0; skipped <= last; ++skipped) {
    const auto found = matcher_.find_frame(offset_after(skipped), frame_ + skipped, kNearFrames);
    if (found) return Resumption{skipped, *found};
  }
  return std::nullopt;
}

// Lets the step grow, so that a long damaged stretch costs few searches, then walks back to its
// true end.
std::optional<Resumption> Checker::resume_far(std::uint64_t range, std::uint64_t growth) {
  for (std::uint64_t skipped = 0; skipped < frames_left();
       skipped = std::max(growth * skipped, kCloseSteps)) {
    auto found = matcher_.find_frame(offset_after(skipped), frame_ + skipped, range);
    if (!found) continue;
    while (skipped > 0 && *found > 0 && matcher_.is_frame(offset_after(skipped - 1), *found - 1)) {
      --skipped;
      --*found;
    }
    return Resumption{skipped, *found};
  }
  return std::nullopt;
}

// Bytes were lost or added inside a frame: what follows is whole, but at another offset.
bool Checker::resume_inside_frame() {
  for (std::uint64_t bytes = 1; bytes < matcher_.frame_bytes(); ++bytes) {
    const auto found = matcher_.find_frame(offset_ + bytes, frame_ + 1, 1);
    if (!found) continue;
    note(*found > frame_ ? Damage::cut : Damage::inserted, 0, bytes);
    if (*found > frame_ + 1) note_jump_over(frame_ + 1, *found - frame_ - 1);
    offset_ += bytes;
    frame_ = *found;
    return true;
  }
  return false;
}

bool Checker::pass_rotated() {
  const std::uint64_t left = frames_left();
  for (std::uint32_t rotation = 1; rotation < channels_; ++rotation) {
    std::uint64_t run = 0;
    while (run < left && matcher_.is_rotated(offset_after(run), frame_ + run, rotation)) ++run;
    if (run == 0) continue;
    note(Damage::rotated, run, rotation);
    offset_ = offset_after(run);
    frame_ += run;
    return true;
  }
  return false;
}

void Checker::go_on(Resumption to) {
  if (to.wrong_frames > 0) {
    const bool swapped = to.wrong_frames == 2 && matcher_.is_frame(offset_, frame_ + 1) &&
                         matcher_.is_frame(offset_after(1), frame_);
    note(swapped ? Damage::swapped : Damage::wrong, to.wrong_frames);
    offset_ = offset_after(to.wrong_frames);
    frame_ += to.wrong_frames;
  }
  jump_to(to.frame);
}

void Checker::jump_to(std::uint64_t frame) {
  if (frame > frame_) {
    note_jump_over(frame_, frame - frame_);
  } else if (frame < frame_) {
    const std::uint64_t length = frame_ - frame;
    frame_ = frame;
    note(Damage::back, length);
  }
  frame_ = frame;
}

void Checker::note(Damage damage, std::uint64_t length, std::uint64_t amount) {
  if (report_.findings.size() == kMaxFindings) {
    report_.more_findings = true;
    return;
  }
  report_.findings.push_back({damage, frame_, length, amount, offset_});
}

void Checker::note_jump_over(std::uint64_t start, std::uint64_t length) {
  const std::uint64_t at = frame_;
  frame_ = start;
  note(Damage::forward, length);
  frame_ = at;
  jumped_over_.push_back({start, length});
}

}  // namespace

bool CheckReport::only_gaps() const {
  const auto is_forward = [](const Finding& finding) { return finding.damage == Damage::forward; };
  return right_frames == frames && trailing_bytes == 0 && std::ranges::all_of(findings, is_forward);
}

std::string_view name_of(Damage damage) {
  constexpr std::array<std::string_view, 8> kNames = {
      "forward", "back", "wrong", "swapped", "rotated", "cut", "inserted", "unrecognised"};
  return kNames[static_cast<std::size_t>(damage)];
}

std::optional<std::uint64_t> first_frame_of(RecordingView& view, const Counter& counter) {
  return FrameMatcher(view, counter).find_frame(0, 0, kAnywhereFrames);
}

CheckReport check_recording(RecordingView& view, const Counter& counter) {
  return Checker(view, counter).run();
}

CheckReport check_recording(RecordingView& view, const Counter& counter,
                            const ExpectedSilence& expected) {
  SilentView sounding(view, counter, expected);
  CheckReport report = Checker(sounding, counter).run();
  for (Finding& finding : report.findings) {
    finding.byte_offset = sounding.whole_offset(finding.byte_offset);
  }
  report.silence = sounding.report();
  return report;
}

}  // namespace ringproc::tool
