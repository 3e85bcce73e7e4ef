#include "measure/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "units.hpp"

namespace ringproc::tool::measure {
namespace {

std::string heading(const Case& one) {
  std::string text;
  switch (one.operation) {
    case Operation::flush:
      text = fmt::format("{} durable: write and flush", size_text(one.block_bytes));
      break;
    case Operation::write:
      text = fmt::format("WRITE of {} alone", size_text(one.block_bytes));
      break;
    default:
      text = fmt::format(
          "A stream in blocks of {} (MB/s: until it is durable; the rest: its writes alone)",
          size_text(one.block_bytes));
  }
  text += one.callers == 1 ? std::string(", one caller") : fmt::format(", {} callers", one.callers);
  if (one.files > 1) text += fmt::format(" on {} files", one.files);
  if (one.arrival.kind != Arrival::Kind::closed) {
    text += fmt::format(", {:.6g} a second{} from when due", one.arrival.per_second,
                        one.arrival.kind == Arrival::Kind::fixed ? "" : " at random");
  }
  if (one.sync_seconds > 0) text += fmt::format(", flushed beside every {:g} s", one.sync_seconds);
  return text;
}

std::string percentiles(const Histogram& histogram) {
  std::string text;
  for (const double percent : {50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto value = static_cast<double>(histogram.percentile(percent));
    text += fmt::format("{:>9}", histogram.count() == 0 ? "-" : duration_text(value));
  }
  return text;
}

std::string durable_column(const CaseResult& one) {
  if (one.failed()) return fmt::format("{:>9}", "-");
  const double rate = one.durable_bytes_per_second() / 1e6;
  return fmt::format("{:>9}",
                     rate >= 99.5 ? fmt::format("{:.0f}", rate) : fmt::format("{:.1f}", rate));
}

std::string label(const Case& one) {
  return fmt::format("{:<4} {:<8}", name_of(one.procedure), name_of(one.file));
}

std::string row(const CaseResult& one) {
  std::string text =
      fmt::format("  {:<14}{}{:>10.{}f}{}", label(one.measured), percentiles(one.latency->total),
                  one.per_second(), one.per_second() < 100 ? 1 : 0, durable_column(one));
  const bool shared = one.measured.operation == Operation::flush && one.measured.callers > 1;
  if (shared) text += fmt::format("{:>9.1f}", one.flushes_per_sync());
  return text + "\n";
}

std::string spread(const CaseResult& one) {
  if (one.rounds.size() < 2) return {};
  const auto [least, most] = std::ranges::minmax(one.rounds, {}, &RoundResult::p50_ns);
  return fmt::format("    p50 of {} rounds: {} to {}\n", one.rounds.size(),
                     duration_text(static_cast<double>(least.p50_ns)),
                     duration_text(static_cast<double>(most.p50_ns)));
}

std::string detail_rows(const CaseResult& one) {
  const LatencyRecord& latency = *one.latency;
  std::string text = fmt::format("    submission  {}\n", percentiles(latency.submission));
  if (latency.completion.count() > 0) {
    text += fmt::format("    completion  {}\n", percentiles(latency.completion));
  }
  if (latency.start_delay.count() > 0) {
    text += fmt::format("    late start  {}\n", percentiles(latency.start_delay));
  }
  return text + spread(one);
}

std::string case_text(const CaseResult& one, bool details) {
  std::string text;
  if (one.operations > 0) text += row(one);
  if (one.operations > 0 && details) text += detail_rows(one);
  if (one.not_begun > 0) {
    text += fmt::format("    {} operations were due and never begun: too slow for that rate\n",
                        one.not_begun);
  }
  if (one.failed()) text += fmt::format("  {:<14}FAILED: {}\n", label(one.measured), one.error);
  return text;
}

}  // namespace

std::string table_text(const RunResult& run, bool details) {
  std::vector<std::string> groups;
  for (const CaseResult& one : run.cases) {
    const std::string group = group_name(one.measured);
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  std::string text;
  for (const std::string& group : groups) {
    std::string rows;
    const Case* what = nullptr;
    for (const CaseResult& one : run.cases) {
      if (group_name(one.measured) != group) continue;
      if (what == nullptr) what = &one.measured;
      rows += case_text(one, details);
    }
    if (rows.empty()) continue;
    const bool shared = what->operation == Operation::flush && what->callers > 1;
    text += fmt::format("{}\n  {:<14}{:>9}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}{}\n", heading(*what), "",
                        "p50", "p90", "p99", "p99.9", "max", "a second", "MB/s",
                        shared ? fmt::format("{:>9}", "per sync") : std::string());
    text += rows + "\n";
  }
  return text;
}

}  // namespace ringproc::tool::measure
