// A recording that holds silence in the place of lost frames, seen without that silence: what the
// checker expects of one whose lost frames were dropped. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "counter.hpp"
#include "frame_range.hpp"
#include "recording_view.hpp"

namespace ringproc::tool {

struct SilenceReport {
  std::uint64_t frames = 0;                     // that are there and should be silent
  std::uint64_t missing = 0;                    // that should be there: the file ends before them
  std::optional<std::uint64_t> first_sounding;  // the first of them that is not zeros
};

struct ExpectedSilence {
  std::vector<FrameRange> ranges;  // by rising number
  bool complete = true;            // false: the last one also covers frames that are not silent
  bool may_be_cut = false;         // those behind the end of the file are not missed
};

class SilentView final : public RecordingView {
 public:
  // Effect: reads what should be silent. Requires: whole outlives it. Blocks: on reading.
  SilentView(RecordingView& whole, const Counter& counter, const ExpectedSilence& expected);

  [[nodiscard]] const SilenceReport& report() const { return report_; }

  // Where a byte of this view is in the whole recording.
  [[nodiscard]] std::uint64_t whole_offset(std::uint64_t offset) const;

  // RecordingView.
  [[nodiscard]] std::uint64_t size() const override { return whole_.size() - left_out_; }
  [[nodiscard]] std::span<const std::byte> read(std::uint64_t offset, std::size_t length) override;

 private:
  // From `offset` of this view on, the whole recording's bytes lie `left_out` bytes further on.
  struct Part {
    std::uint64_t offset = 0;
    std::uint64_t left_out = 0;
  };

  [[nodiscard]] bool is_zeros(std::uint64_t offset, std::uint64_t length);
  [[nodiscard]] std::vector<FrameRange> zeros_within(const FrameRange& range,
                                                     const Counter& counter);
  [[nodiscard]] std::vector<Part>::const_iterator part_at(std::uint64_t offset) const;
  void leave_out(const FrameRange& range);
  void judge(const FrameRange& range);

  RecordingView& whole_;
  const std::uint64_t frame_bytes_;
  std::vector<Part> parts_{Part{}};
  std::uint64_t left_out_ = 0;
  std::vector<std::byte> buffer_;
  SilenceReport report_;
};

}  // namespace ringproc::tool
