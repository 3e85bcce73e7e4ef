#include "verify_report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "overrun.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownFindings = 20;

std::uint64_t total_length(const std::vector<FrameRange>& ranges) {
  return std::accumulate(
      ranges.begin(), ranges.end(), std::uint64_t{0},
      [](std::uint64_t sum, const FrameRange& range) { return sum + range.length; });
}

std::string frames_text(std::uint64_t count) {
  return fmt::format("{} frame{}", count, count == 1 ? "" : "s");
}

std::string range_text(const FrameRange& range) {
  return range.length == 1 ? fmt::format("{}", range.start)
                           : fmt::format("{}..{}", range.start, range.end() - 1);
}

std::uint64_t frames_in(const CheckReport& report) {
  return report.frames + (report.silence ? report.silence->frames : 0);
}

std::string finding_text(const Finding& finding) {
  const std::uint64_t n = finding.length;
  switch (finding.damage) {
    case Damage::forward:
      return fmt::format("the numbers jump forward over {} ({})", frames_text(n),
                         range_text({finding.start, n}));
    case Damage::back:
      return fmt::format("the numbers jump back by {} to frame {}: doubled, or late", n,
                         finding.start);
    case Damage::wrong:
      return fmt::format("{} with wrong samples ({})", frames_text(n),
                         range_text({finding.start, n}));
    case Damage::swapped:
      return fmt::format("frames {} and {} are swapped", finding.start, finding.start + 1);
    case Damage::rotated:
      return fmt::format("the channels of {} are rotated by {} ({})", frames_text(n),
                         finding.amount, range_text({finding.start, n}));
    case Damage::cut:
      return fmt::format("only {} bytes of frame {} are left; what follows has moved",
                         finding.amount, finding.start);
    case Damage::inserted:
      return fmt::format("{} foreign bytes before frame {}; what follows has moved", finding.amount,
                         finding.start);
    case Damage::unrecognised:
      return fmt::format(
          "from frame {} on nothing is recognised in {}, to the end (searched {} frames forwards "
          "and back); does it come from --source counter, with this seed?",
          finding.start, frames_text(n), kSearchFrames);
  }
  return {};
}

// After a failure the recording ends early: what was to come after its last frame is not asked for.
Expectation cut_by_failure(Expectation expected, const CheckReport& report) {
  if (!expected.written_frames) return expected;
  std::erase_if(expected.lost,
                [&](const FrameRange& range) { return range.start >= report.next_frame; });
  expected.lost_frames = total_length(expected.lost);
  expected.frames = *expected.written_frames + expected.lost_frames;
  return expected;
}

std::vector<FrameRange> all_gaps(const CheckReport& report, const Expectation& expected) {
  std::vector<FrameRange> gaps = report.gaps;
  if (!expected.frames || report.next_frame >= *expected.frames) return gaps;
  const FrameRange tail{report.next_frame, *expected.frames - report.next_frame};
  if (!gaps.empty() && gaps.back().end() == tail.start) {
    gaps.back().length += tail.length;
  } else {
    gaps.push_back(tail);
  }
  return gaps;
}

bool same_gaps(const std::vector<FrameRange>& gaps, const Expectation& expected) {
  if (expected.lost_complete) return gaps == expected.lost;
  return total_length(gaps) == expected.lost_frames;
}

void complain_of_counts(const CheckReport& report, const Expectation& expected, Verdict& verdict) {
  if (report.trailing_bytes > 0) {
    verdict.complaints.push_back(
        fmt::format("{} bytes after the last whole frame", report.trailing_bytes));
  }
  if (!expected.frames) return;
  if (report.next_frame > *expected.frames) {
    verdict.complaints.push_back(fmt::format("{} more than the {} expected",
                                             frames_text(report.next_frame - *expected.frames),
                                             *expected.frames));
  } else if (report.next_frame < *expected.frames) {
    const FrameRange tail{report.next_frame, *expected.frames - report.next_frame};
    verdict.complaints.push_back(
        fmt::format("the end is missing: {} ({})", frames_text(tail.length), range_text(tail)));
  }
}

void complain_of_findings(const CheckReport& report, Verdict& verdict) {
  const std::size_t shown = std::min(report.findings.size(), kShownFindings);
  for (const Finding& finding : std::span(report.findings).first(shown)) {
    verdict.complaints.push_back(
        fmt::format("at byte {} of the samples: {}", finding.byte_offset, finding_text(finding)));
  }
  if (report.findings.size() > shown) {
    verdict.complaints.push_back(fmt::format("... and {}{} more such places",
                                             report.more_findings ? "at least " : "",
                                             report.findings.size() - shown));
  }
}

std::string gap_remark(const Verdict& verdict, const Expectation& expected) {
  if (expected.lost_frames == 0) return {};
  return fmt::format(
      "exactly the {} that record lost are {}, in {} range{}, the first {}{}",
      frames_text(expected.lost_frames), expected.silent ? "silent" : "missing",
      verdict.gaps.size(), verdict.gaps.size() == 1 ? "" : "s", range_text(verdict.gaps.front()),
      expected.lost_complete ? ""
                             : " (compared by their total: the summary's list is not complete)");
}

void complain_of_silence(const CheckReport& report, Verdict& verdict) {
  if (!report.silence) return;
  if (report.silence->first_sounding) {
    verdict.complaints.push_back(
        fmt::format("frame {} was lost and should be silent: it holds samples",
                    *report.silence->first_sounding));
  }
  if (report.silence->missing > 0) {
    verdict.complaints.push_back(fmt::format("the file ends before the silence does: {} too early",
                                             frames_text(report.silence->missing)));
  }
}

void complain_of_summary(const Expectation& expected, Verdict& verdict) {
  if (expected.lost_frames == 0) return;
  const std::string first = expected.lost.empty() ? "?" : range_text(expected.lost.front());
  verdict.complaints.push_back(
      fmt::format("the summary says that {} were lost, in {} ranges, the first {}: not these",
                  frames_text(expected.lost_frames), expected.lost.size(), first));
}

Expectation expectation_from(const Json& json) {
  Expectation expected;
  expected.seed = json.at("seed").get<std::uint64_t>();
  expected.frames = json.at("frames_captured").get<std::uint64_t>();
  expected.lost_frames = json.at("frames_lost").get<std::uint64_t>();
  const auto written = json.at("frames_written").get<std::uint64_t>();
  if (written + expected.lost_frames != *expected.frames) expected.written_frames = written;
  expected.lost_complete = json.value("lost_ranges_complete", true);
  expected.silent = json.value("on_overrun", "") == name_of(OnOverrun::silence);
  for (const Json& range : json.at("lost_ranges")) {
    expected.lost.push_back(
        {range.at("start").get<std::uint64_t>(), range.at("length").get<std::uint64_t>()});
  }
  const auto sample = sample_format_named(json.at("format").get<std::string>());
  if (sample) {
    expected.raw = json.value("container", "") == "raw";
    expected.format = AudioFormat{*sample, json.at("channels").get<std::uint32_t>(),
                                  json.at("rate").get<std::uint32_t>()};
  }
  return expected;
}

Json ranges_json(const std::vector<FrameRange>& ranges) {
  Json list = Json::array();
  for (const FrameRange& range : ranges) {
    list.push_back({{"start", range.start}, {"length", range.length}});
  }
  return list;
}

}  // namespace

ReadExpectation read_expectation(const std::string& path, bool anywhere) {
  std::ifstream file(to_path(path));
  if (!file) return {std::nullopt, fmt::format("cannot open the summary {}", path)};
  try {
    const Json json = Json::parse(file);
    if (!anywhere && json.value("source", "") != "counter") {
      return {std::nullopt,
              fmt::format("{} is not a summary of the counter source; if the counter's signal came "
                          "to that source, add --anywhere",
                          path)};
    }
    return {expectation_from(json), {}};
  } catch (const Json::exception& error) {
    return {std::nullopt, fmt::format("{} is no summary of record: {}", path, error.what())};
  }
}

Verdict judge(const WaveFacts& facts, const CheckReport& report, const Expectation& summary) {
  const Expectation expected = cut_by_failure(summary, report);
  Verdict verdict;
  verdict.gaps = all_gaps(report, expected);
  verdict.complaints = facts.header_errors;
  if (expected.format && *expected.format != facts.format) {
    verdict.complaints.push_back("the file has another format than the summary");
  }
  complain_of_silence(report, verdict);
  const bool gaps_explained = report.only_gaps() && same_gaps(verdict.gaps, expected) &&
                              (!expected.frames || report.next_frame <= *expected.frames);
  if (gaps_explained) {
    verdict.remark = gap_remark(verdict, expected);
  } else {
    complain_of_findings(report, verdict);
    complain_of_counts(report, expected, verdict);
    complain_of_summary(expected, verdict);
  }
  verdict.right = verdict.complaints.empty();
  return verdict;
}

std::string verdict_text(const std::string& file, const WaveFacts& facts, const CheckReport& report,
                         const Verdict& verdict) {
  const AudioFormat& format = facts.format;
  std::string text = fmt::format(
      "{}: {} of {} channel{}, {}, {} Hz: ", file, frames_text(frames_in(report)), format.channels,
      format.channels == 1 ? "" : "s", name_of(format.sample), format.rate);
  if (verdict.right) {
    text += "every sample is right";
    if (report.offset > 0) text += fmt::format("; the signal from frame {} on", report.offset);
    if (!verdict.remark.empty()) text += "; " + verdict.remark;
    return text;
  }
  text += fmt::format("NOT right, {} of them are", frames_text(report.right_frames));
  if (!report.findings.empty()) {
    text += fmt::format("\n  first wrong frame: {}", report.findings.front().start);
  }
  for (const std::string& complaint : verdict.complaints) text += "\n  " + complaint;
  if (!verdict.gaps.empty()) {
    text += fmt::format("\n  missing altogether: {} in {} gap{}, the first {}",
                        frames_text(total_length(verdict.gaps)), verdict.gaps.size(),
                        verdict.gaps.size() == 1 ? "" : "s", range_text(verdict.gaps.front()));
  }
  return text;
}

std::string verdict_json(const std::string& file, const WaveFacts& facts, const CheckReport& report,
                         const Verdict& verdict) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"damage", name_of(finding.damage)},
                        {"start", finding.start},
                        {"length", finding.length},
                        {"amount", finding.amount},
                        {"byte_offset", finding.byte_offset}});
  }
  Json first_wrong;
  if (!report.findings.empty()) first_wrong = report.findings.front().start;
  const Json json = {{"file", file},
                     {"right", verdict.right},
                     {"channels", facts.format.channels},
                     {"rate", facts.format.rate},
                     {"format", name_of(facts.format.sample)},
                     {"signal_offset", report.offset},
                     {"frames", frames_in(report)},
                     {"silent_frames", report.silence ? report.silence->frames : 0},
                     {"right_frames", report.right_frames},
                     {"first_wrong_frame", first_wrong},
                     {"gaps", ranges_json(verdict.gaps)},
                     {"findings", findings},
                     {"findings_complete", !report.more_findings},
                     {"complaints", verdict.complaints}};
  return json.dump(2);
}

}  // namespace ringproc::tool
