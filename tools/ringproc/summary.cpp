#include "summary.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include "units.hpp"
#include "version_text.hpp"

namespace ringproc::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownRanges = 5;

std::uint64_t microseconds(std::uint64_t nanoseconds) { return (nanoseconds + 500) / 1'000; }

double seconds_of(std::uint64_t bytes, const AudioFormat& format) {
  return static_cast<double>(bytes) / static_cast<double>(format.bytes_per_second());
}

std::string_view headline(const RecordSummary& summary) {
  if (summary.exit_reason == "deleted") return "ended: the file was DELETED";
  if (summary.exit_reason == "min_free") return "ended before the disk is full, valid and durable";
  switch (summary.status) {
    case ExitStatus::complete:
      return "complete and durable";
    case ExitStatus::loss:
      return "finished WITH LOSS";
    case ExitStatus::disk_full:
      return "ended: NO ROOM, valid up to what was written";
    case ExitStatus::source_died:
      return "ended: the SOURCE FAILED, the file is finalised";
    default:
      return "ended with an I/O ERROR";
  }
}

std::string source_text(const RecordSummary& summary) {
  const RecordOptions& options = summary.options;
  if (is_live(options.source)) return summary.live.name;
  if (options.source == SourceKind::standard_input) return "stdin";
  return options.paced ? "counter, paced" : "counter, unpaced";
}

std::string source_line(const RecordSummary& summary) {
  const RecordOptions& options = summary.options;
  return fmt::format("  {} channels, {}, {} Hz; {}; {} frames per write; {} procedure on {}{}\n",
                     options.format.channels, name_of(options.format.sample), options.format.rate,
                     source_text(summary), options.period_frames,
                     options.through_ring ? "ring" : "built-in", summary.file_system,
                     summary.real_time ? "; real-time thread" : "");
}

std::string range_lines(std::string_view word, const std::vector<FrameRange>& ranges) {
  std::string text;
  const std::size_t shown = std::min(kShownRanges, ranges.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const FrameRange& range = ranges[i];
    text += fmt::format("  {:<9} frames {}..{} ({})\n", word, range.start, range.end() - 1,
                        range.length);
  }
  if (ranges.size() > shown) {
    text += fmt::format("  {:<9} ... {} ranges in all\n", word, ranges.size());
  }
  return text;
}

// What the source lost before it came to us.
std::string live_lines(const RecordSummary& summary) {
  if (!is_live(summary.options.source)) return {};
  const LiveTotals& live = summary.live;
  return fmt::format("  source    {} xruns told of, {} frames skipped by its clock\n", live.xruns,
                     live.tells_gaps ? std::to_string(live.gap_frames) : "unknown") +
         range_lines("skipped", live.gaps);
}

std::string ring_line(const RecordSummary& summary) {
  if (!summary.options.through_ring) return {};
  const AudioFormat& format = summary.options.format;
  return fmt::format("  ring      {:.2f} s ({}), high water {:.3f} s, stalls {}\n",
                     seconds_of(summary.target.ring_capacity_bytes, format),
                     bytes_text(summary.target.ring_capacity_bytes),
                     seconds_of(summary.target.ring_high_water_bytes, format),
                     summary.target.stalls);
}

std::string latency_line(std::string_view name, const core::Histogram& histogram) {
  if (histogram.count() == 0) return {};
  const auto at = [&](double percent) {
    return duration_text(static_cast<double>(histogram.percentile(percent)));
  };
  return fmt::format("  {:<9} p50 {}, p99 {}, p99.9 {}, p99.99 {}, max {}, n {}\n", name, at(50),
                     at(99), at(99.9), at(99.99),
                     duration_text(static_cast<double>(histogram.max())), histogram.count());
}

Json write_json(const core::Histogram& histogram) {
  return {{"p50", histogram.percentile(50)},
          {"p99", histogram.percentile(99)},
          {"p99_9", histogram.percentile(99.9)},
          {"p99_99", histogram.percentile(99.99)},
          {"max", histogram.max()},
          {"count", histogram.count()}};
}

Json flush_json(const core::Histogram& histogram) {
  return {{"p50", microseconds(histogram.percentile(50))},
          {"p99", microseconds(histogram.percentile(99))},
          {"max", microseconds(histogram.max())},
          {"count", histogram.count()}};
}

Json ranges_json(const std::vector<FrameRange>& ranges) {
  Json list = Json::array();
  for (const FrameRange& range : ranges) {
    list.push_back({{"start", range.start}, {"length", range.length}});
  }
  return list;
}

Json origin_json(const RecordSummary& summary) {
  const RecordOptions& options = summary.options;
  return {{"version", version()},
          {"file", options.output},
          {"file_system", summary.file_system},
          {"procedure", options.through_ring ? "ring" : "dos"},
          {"source", name_of(options.source)},
          {"seed", options.seed},
          {"channels", options.format.channels},
          {"rate", options.format.rate},
          {"format", name_of(options.format.sample)},
          {"container", options.raw ? "raw" : "wav"},
          {"period_frames", options.period_frames},
          {"paced", options.paced},
          {"sync_seconds", options.sync_seconds},
          {"min_free_seconds", options.min_free_seconds},
          {"real_time", summary.real_time},
          {"started", summary.started_utc},
          {"elapsed_seconds", summary.elapsed_seconds}};
}

}  // namespace

std::string summary_text(const RecordSummary& summary) {
  std::string text = fmt::format("{}: {} (exit status {}, {})\n", summary.options.output,
                                 headline(summary), static_cast<int>(summary.status),
                                 summary.signal.empty() ? summary.exit_reason : summary.signal);
  if (!summary.failure.empty()) text += fmt::format("  because   {}\n", summary.failure);
  if (summary.bytes_left_in_ring > 0) {
    text += fmt::format(
        "  kept      {} more are in the ring: `ringproc recover {}` when the disk is well\n",
        bytes_text(summary.bytes_left_in_ring), summary.options.output);
  }
  text += source_line(summary);
  text +=
      fmt::format("  frames    captured {}, written {}, durable {}, lost {}; {} in {:.1f} s\n",
                  summary.frames_captured, summary.frames_written, summary.frames_durable,
                  summary.frames_lost, bytes_text(summary.bytes_accepted), summary.elapsed_seconds);
  if (summary.frames_silent() > 0) {
    text += fmt::format("  silence   {} of the lost frames are zeros in the file, which has {}\n",
                        summary.frames_silent(), summary.frames_in_file);
  }
  text += range_lines("lost", summary.lost_ranges);
  text += live_lines(summary);
  if (!summary.gap_map.empty()) text += fmt::format("  gap map   {}\n", summary.gap_map);
  if (summary.target.bytes_beyond_mmio > 0) {
    text += fmt::format("  API       {} through mmio, the last {} through the 64-bit API\n",
                        bytes_text(summary.bytes_accepted - summary.target.bytes_beyond_mmio),
                        bytes_text(summary.target.bytes_beyond_mmio));
  }
  text += ring_line(summary);
  if (summary.options.paced)
    text += fmt::format("  deadlines {} missed\n", summary.deadline_misses);
  text += latency_line("write", summary.write_ns);
  text += latency_line("flush", summary.flush_ns);
  text.pop_back();
  return text;
}

std::string summary_json(const RecordSummary& summary) {
  Json json = origin_json(summary);
  json["frames_captured"] = summary.frames_captured;
  json["frames_written"] = summary.frames_written;
  json["frames_durable"] = summary.frames_durable;
  json["frames_lost"] = summary.frames_lost;
  json["on_overrun"] = name_of(summary.options.on_overrun);
  json["frames_in_file"] = summary.frames_in_file;
  json["frames_silent"] = summary.frames_silent();
  json["lost_ranges"] = ranges_json(summary.lost_ranges);
  json["lost_ranges_complete"] = summary.lost_ranges_complete;
  if (is_live(summary.options.source)) {
    json["source_name"] = summary.live.name;
    json["xruns"] = summary.live.xruns;
    json["gap_frames"] = summary.live.tells_gaps ? Json(summary.live.gap_frames) : Json();
    json["gap_ranges"] = ranges_json(summary.live.gaps);
    json["gap_ranges_complete"] = summary.live.gaps_complete;
  }
  if (!summary.gap_map.empty()) json["gap_map"] = summary.gap_map;
  if (!summary.gap_map_error.empty()) json["gap_map_error"] = summary.gap_map_error;
  json["bytes_accepted"] = summary.bytes_accepted;
  json["bytes_beyond_mmio"] = summary.target.bytes_beyond_mmio;
  json["bytes_durable"] = summary.bytes_durable;
  json["ring_capacity_bytes"] = summary.target.ring_capacity_bytes;
  json["ring_high_water_bytes"] = summary.target.ring_high_water_bytes;
  json["ring_place"] = summary.target.place;
  json["survives"] = summary.target.survives;
  json["bytes_left_in_ring"] = summary.bytes_left_in_ring;
  json["stalls"] = summary.target.stalls;
  json["deadline_misses"] = summary.deadline_misses;
  json["write_ns"] = write_json(summary.write_ns);
  json["write_clock"] = "steady clock, read before and after, its own cost included";
  json["write_clock_cost_ns"] = summary.clock_cost_ns;
  json["flush_us"] = flush_json(summary.flush_ns);
  json["capabilities"] = summary.target.capabilities;
  json["exit_reason"] = summary.exit_reason;
  json["exit_status"] = static_cast<int>(summary.status);
  if (!summary.signal.empty()) json["signal"] = summary.signal;
  if (!summary.failure.empty()) json["failure"] = summary.failure;
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ringproc::tool
