#include "gap_map.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "replace_file.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

using Json = nlohmann::ordered_json;

// So much more time than for writing passes between two writings.
constexpr int kRest = 10;

std::string_view name_of(Gap::Kind kind) { return kind == Gap::Kind::lost ? "lost" : "gap"; }

}  // namespace

std::vector<Gap> gaps_of(const std::vector<FrameRange>& lost, const std::vector<FrameRange>& gaps,
                         OnOverrun on_overrun) {
  std::vector<Gap> found;
  const bool shortens = on_overrun != OnOverrun::silence;
  std::uint64_t skipped = 0;  // by the source's clock, so far
  std::uint64_t dropped = 0;  // from the file, so far
  auto gap = gaps.begin();
  // Those before captured frame `until`, or at it.
  const auto pass_gaps = [&](std::uint64_t until) {
    for (; gap != gaps.end() && gap->start - skipped <= until; ++gap) {
      found.push_back({gap->start, gap->length, Gap::Kind::gap, gap->start - skipped - dropped});
      skipped += gap->length;
    }
  };
  for (const FrameRange& range : lost) {
    std::uint64_t at = range.start;
    while (at < range.end()) {
      pass_gaps(at);
      const std::uint64_t end =
          gap == gaps.end() ? range.end() : std::min(range.end(), gap->start - skipped);
      found.push_back({at + skipped, end - at, Gap::Kind::lost, at - dropped});
      if (shortens) dropped += end - at;
      at = end;
    }
  }
  pass_gaps(UINT64_MAX);
  return found;
}

GapMap::GapMap(GapMapOptions options, const LossList& lost, const LossList* gaps)
    : options_(std::move(options)), lost_(lost), gaps_(gaps) {}

void GapMap::update() {
  const bool news = missing() != written_frames_ || (options_.always && !written_);
  const auto begin = os::Clock::now();
  if (!news || begin < next_) return;
  write(false);
  const auto end = os::Clock::now();
  next_ = end + kRest * (end - begin);
}

std::error_code GapMap::finish() {
  if (written_ || options_.always || missing() > 0) write(true);
  return error_;
}

std::uint64_t GapMap::missing() const {
  return lost_.frames() + (gaps_ != nullptr ? gaps_->frames() : 0);
}

void GapMap::write(bool finished) {
  const std::uint64_t frames = missing();
  const std::vector<FrameRange> none;
  const auto gaps =
      gaps_of(lost_.ranges(), gaps_ != nullptr ? gaps_->ranges() : none, options_.on_overrun);
  Json list = Json::array();
  for (const Gap& gap : gaps) {
    list.push_back({{"start", gap.start},
                    {"length", gap.length},
                    {"kind", name_of(gap.kind)},
                    {"file_frame", gap.file_frame}});
  }
  const Json json = {{"file", to_utf8(to_path(options_.file).filename())},
                     {"rate", options_.rate},
                     {"on_overrun", tool::name_of(options_.on_overrun)},
                     {"lost_are_silent", options_.on_overrun == OnOverrun::silence},
                     {"finished", finished},
                     {"complete", lost_.complete() && (gaps_ == nullptr || gaps_->complete())},
                     {"gaps", std::move(list)}};
  error_ =
      replace_file(options_.path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (error_) return;
  written_ = true;
  written_frames_ = frames;
}

}  // namespace ringproc::tool
