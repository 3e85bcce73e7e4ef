#include "repair_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "trailing_zeros.hpp"

namespace ringproc::tool {
namespace {

constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;

// Fewer zeros are no sign of prepared space, which comes in blocks.
constexpr std::uint64_t kPreparedBytes = 4096;

// Sizes that recorders write before they know the right one: 0; arecord's 2 GiB and SoX's 2 GiB -
// 4 KiB, with or without their headers; 4 GiB - 1, which is also where a size ends up that did not
// fit.
bool is_placeholder(std::uint64_t stated) {
  return stated == 0 || (stated >= 0x7FFF'0000 && stated <= 0x8000'0000) ||
         (stated >= 0xFFFF'0000 && stated <= 0xFFFF'FFFF);
}

HeaderPatch text_at(std::uint64_t offset, std::string_view text) {
  HeaderPatch patch{offset, {}};
  for (const char letter : text) patch.bytes.push_back(static_cast<std::byte>(letter));
  return patch;
}

class Planner {
 public:
  Planner(const WaveMap& map, const ReadAt& read_at, std::uint64_t file_bytes,
          const RepairWishes& wishes)
      : map_(map), read_at_(read_at), file_bytes_(file_bytes), wishes_(wishes) {
    there_ = file_bytes - std::min(file_bytes, map.data_offset);
    if (map.counts_frames()) frame_bytes_ = map.format.frame_bytes;
  }

  RepairPlan run() {
    find_extent();
    take_whole_frames();
    look_at_zeros();
    plan_.data_bytes = data_bytes_;
    plan_.form = map_.form;
    if (map_.counts_frames()) plan_.frames = data_bytes_ / frame_bytes_;
    if (!needs_change()) return std::move(plan_);
    if (fits_header(fields_, data_bytes_, tail_bytes_)) {
      make_patches();
    } else {
      plan_.verdict = RepairVerdict::impossible;
      plan_.reason = no_room();
    }
    return std::move(plan_);
  }

 private:
  void find_extent() {
    const bool too_much = map_.data_bytes > there_;
    if (too_much || (wishes_.to_end && end_of(map_.data_bytes) < file_bytes_)) {
      data_bytes_ = there_;
      return;
    }
    if (believe(map_.data_bytes) || believe_modulo_4_gib()) return;
    // Of a size what would be stated of it, so that a second repair sees the same.
    const std::uint64_t whole = map_.data_bytes - map_.data_bytes % frame_bytes_;
    if ((map_.ours || is_placeholder(whole)) && there_ - whole >= frame_bytes_) {
      data_bytes_ = there_;
      return;
    }
    const std::uint64_t rest = file_bytes_ - end_of(map_.data_bytes);
    data_bytes_ = map_.data_bytes;
    if (rest < frame_bytes_) return;
    plan_.notes.push_back(fmt::format(
        "{} bytes follow that are in no chunk: are they samples, too? --to-end takes them as such",
        rest));
  }

  // Whether such a size leaves nothing behind the samples but whole chunks.
  bool believe(std::uint64_t data_bytes) {
    const std::uint64_t end = end_of(data_bytes);
    if (data_bytes == there_) {
      tail_bytes_ = 0;  // without a pad byte, perhaps
    } else if (chunks_reach_end(read_at_, end, file_bytes_)) {
      tail_bytes_ = file_bytes_ - end;
    } else if (data_bytes % 2 != 0 && end < file_bytes_ &&
               chunks_reach_end(read_at_, end - 1, file_bytes_)) {
      tail_bytes_ = file_bytes_ - end;  // the recorder knows no pad bytes
    } else {
      return false;
    }
    // A size that is not of whole frames counts for nothing: what is there may complete the last.
    const bool whole = tail_bytes_ != 0 || data_bytes % frame_bytes_ == 0;
    data_bytes_ = whole ? data_bytes : there_;
    return true;
  }

  // A recorder that knows 32 bits only, and has come to its end beyond them.
  bool believe_modulo_4_gib() {
    const std::uint64_t lost = (there_ - map_.data_bytes) / kFourGiB * kFourGiB;
    return !map_.rf64 && lost != 0 && believe(map_.data_bytes + lost);
  }

  void take_whole_frames() {
    const std::uint64_t partial = data_bytes_ % frame_bytes_;
    if (tail_bytes_ == 0) data_bytes_ -= partial;  // else the chunks behind would not be found
    if (tail_bytes_ != 0 || end_of(data_bytes_) >= file_bytes_) return;
    const std::uint64_t rest = file_bytes_ - end_of(data_bytes_);
    const bool chunks_follow = believe(data_bytes_);
    if (chunks_follow || rest >= frame_bytes_) return;
    if (wishes_.cut) {
      cut_ = true;
    } else {
      plan_.notes.push_back(
          fmt::format("{} bytes at the end are no whole frame; --cut takes them away", rest));
    }
  }

  void look_at_zeros() {
    const bool new_size = data_bytes_ != map_.data_bytes;
    if (tail_bytes_ != 0 || !(new_size || wishes_.trim_zeros)) return;
    const std::uint64_t end = map_.data_offset + data_bytes_;
    const std::uint64_t zeros = trailing_zero_bytes(read_at_, map_.data_offset, end);
    if (zeros < std::max(kPreparedBytes, frame_bytes_)) return;
    const std::uint64_t whole = zeros / frame_bytes_ * frame_bytes_;
    if (wishes_.trim_zeros) {
      data_bytes_ -= whole;
      cut_ = true;
      return;
    }
    plan_.notes.push_back(
        fmt::format("the last {} bytes of samples are zeros: silence, or space that was prepared "
                    "and never written; --trim-zeros takes them away",
                    whole));
  }

  bool needs_change() {
    const std::uint64_t end = end_of(data_bytes_) + tail_bytes_;
    const std::uint64_t length = cut_ ? std::min(end, file_bytes_) : file_bytes_;
    const std::uint64_t riff_end = map_.riff_bytes + 8;
    // A pad byte at the end of the file is not everybody's; nor must what is left there be outside.
    const bool riff_right = (riff_end == end && end <= length) || riff_end == length ||
                            (tail_bytes_ == 0 && riff_end == map_.data_offset + data_bytes_);
    fields_ = map_.size_fields();
    const bool right = riff_right && length == file_bytes_ && data_bytes_ == map_.data_bytes &&
                       map_.rf64 == map_.ds64 && fact_is_right();
    plan_.verdict = right ? RepairVerdict::sound : RepairVerdict::mend;
    if (!right && (cut_ || end > file_bytes_) && end != file_bytes_) plan_.file_bytes = end;
    return !right;
  }

  // Some count samples of all channels there.
  [[nodiscard]] bool fact_is_right() const {
    if (fields_.fact_offset == 0) return true;
    const std::uint64_t frames = data_bytes_ / frame_bytes_;
    return map_.fact_frames == static_cast<std::uint32_t>(frames) ||
           map_.fact_frames == static_cast<std::uint32_t>(frames * map_.format.channels) ||
           (map_.rf64 && map_.fact_frames == kIn64Bits);
  }

  void make_patches() {
    plan_.patches = size_patches(fields_, data_bytes_, tail_bytes_);
    if (plan_.patches.becomes_rf64) {
      plan_.form = "RF64";
    } else if (map_.rf64 && !map_.ds64) {
      // Without a usable `ds64` it can only be the plain form, which it fits.
      plan_.form = "RIFF";
      plan_.patches.list.push_back(text_at(0, plan_.form));
      if (map_.reserved_bytes != 0) plan_.patches.list.push_back(text_at(12, "JUNK"));
    }
    plan_.new_form = plan_.form != map_.form;
    change("RIFF size", map_.riff_bytes, end_of(data_bytes_) + tail_bytes_ - 8);
    change("data size", map_.data_bytes, data_bytes_);
    if (fields_.fact_offset != 0) {
      change("frames in fact", map_.fact_frames, std::min<std::uint64_t>(*plan_.frames, kIn64Bits));
    } else if (map_.fact_offset != 0 && data_bytes_ != map_.data_bytes) {
      plan_.notes.emplace_back(
          "`fact` is left as it is: in this format the samples cannot be counted by their size");
    }
    if (plan_.file_bytes) change("length of the file", file_bytes_, *plan_.file_bytes);
  }

  void change(const char* what, std::uint64_t from, std::uint64_t to) {
    if (from != to) plan_.changes.push_back({what, from, to});
  }

  [[nodiscard]] std::string no_room() const {
    std::string text = fmt::format(
        "it has {} bytes of samples, more than plain RIFF can say, and no JUNK chunk of {} bytes "
        "at its start to become RF64 in place: copy the samples, which begin at byte {}, to a new "
        "file",
        data_bytes_, kDs64Bytes, map_.data_offset);
    if (const auto format = recorded_format(map_)) {
      text += fmt::format(
          " (tail -c +{} FILE | ringproc record --source stdin -c {} -r {} -f {} -o NEW.wav)",
          map_.data_offset + 1, format->channels, format->rate, name_of(format->sample));
    }
    return text;
  }

  [[nodiscard]] std::uint64_t end_of(std::uint64_t data_bytes) const {
    return map_.data_offset + with_pad(data_bytes);
  }

  const WaveMap& map_;
  const ReadAt& read_at_;
  const std::uint64_t file_bytes_;
  const RepairWishes wishes_;
  std::uint64_t frame_bytes_ = 1;
  std::uint64_t there_ = 0;  // bytes behind the header of `data`
  std::uint64_t data_bytes_ = 0;
  std::uint64_t tail_bytes_ = 0;  // of chunks behind the samples
  bool cut_ = false;
  SizeFields fields_;
  RepairPlan plan_;
};

}  // namespace

RepairPlan plan_repair(const WaveMap& map, const ReadAt& read_at, std::uint64_t file_bytes,
                       const RepairWishes& wishes) {
  return Planner(map, read_at, file_bytes, wishes).run();
}

}  // namespace ringproc::tool
