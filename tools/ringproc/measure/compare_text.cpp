// A comparison for people: what must be known first, then the table. Pure functions.
#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "measure/compare.hpp"
#include "measure/wrapped_text.hpp"
#include "summary.hpp"

namespace ringproc::tool::measure {
namespace {

constexpr std::size_t kColumns = 100;

std::string paragraph(std::string_view begin, std::string_view text, std::size_t indent) {
  std::string result;
  for (const std::string& line : wrapped(fmt::format("{}{}", begin, text), kColumns - indent)) {
    result += fmt::format("{}{}\n", result.empty() ? "" : std::string(indent, ' '), line);
  }
  return result;
}

std::string not_durable(std::string_view name, const ComparedRun& run) {
  if (run.durable) return {};
  std::string reasons;
  for (const std::string& reason : run.not_durable) {
    reasons += (reasons.empty() ? ": " : "; ") + reason;
  }
  return paragraph(
      "NOT DURABLE: ",
      fmt::format("what {} wrote did not reach a disk{}. Its times say nothing about one", name,
                  reasons),
      2);
}

std::string head(std::string_view name, const ComparedRun& run) {
  return paragraph(fmt::format("{}: ", name),
                   fmt::format("ringproc {}, {}, {} ({})", run.version, run.date, run.directory,
                               run.file_system),
                   3);
}

std::string row_of_three(std::string_view first, std::string_view a, std::string_view b) {
  constexpr std::size_t kFirst = 16, kOther = 39;
  const auto firsts = wrapped(first, kFirst), as = wrapped(a, kOther), bs = wrapped(b, kOther);
  const auto at = [](const auto& lines, std::size_t i) {
    return i < lines.size() ? lines[i] : std::string();
  };
  std::string text;
  for (std::size_t i = 0; i < std::max({firsts.size(), as.size(), bs.size()}); ++i) {
    std::string line = fmt::format("  {}  {}  {}", padded(at(firsts, i), kFirst),
                                   padded(at(as, i), kOther), at(bs, i));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string differences_text(const Comparison& comparison) {
  if (comparison.differences.empty()) return "\nMachine, disk and settings do not differ.\n";
  std::string text = "\n" + row_of_three("differs:", "A", "B");
  for (const Difference& difference : comparison.differences) {
    text += row_of_three(difference.what, difference.a, difference.b);
  }
  return text;
}

std::string_view label(Quantity quantity) {
  switch (quantity) {
    case Quantity::p50:
      return "p50";
    case Quantity::p99:
      return "p99";
    case Quantity::max:
      return "max";
    case Quantity::operations:
      return "operations/s";
    case Quantity::bandwidth:
      return "durable bytes/s";
    default:
      return "flushes per sync";
  }
}

std::string value_text(Quantity quantity, double value) {
  constexpr double kWide = 1e15;  // beyond, no unit helps
  if (value >= kWide) return fmt::format("{:.2e}", value);
  switch (quantity) {
    case Quantity::p50:
    case Quantity::p99:
    case Quantity::max:
      return duration_text(value);
    case Quantity::bandwidth:
      return bytes_text(static_cast<std::uint64_t>(value)) + "/s";
    default:
      return value < 1e7 ? fmt::format("{:.{}f}", value, value < 999.95 ? 1 : 0)
                         : fmt::format("{:.2e}", value);
  }
}

std::string ratio_text(double ratio) {
  if (ratio > 999.9) return ">999";
  if (ratio < 0.001) return "<.001";
  return fmt::format("{:.{}f}", ratio, ratio < 9.9995 ? 3 : 1);
}

// The spread of one round is none.
std::string spread_text(const Ratio& ratio) {
  if (ratio.verdict == Verdict::unknown) return "-";
  return fmt::format("{} - {}", ratio_text(ratio.least), ratio_text(ratio.greatest));
}

std::string metric_line(const Metric& metric, bool with_floor) {
  std::string line =
      fmt::format("  {:<17}{:>12}{:>12}{:>8}{:>16}  {:<8}", label(metric.quantity),
                  value_text(metric.quantity, metric.a), value_text(metric.quantity, metric.b),
                  ratio_text(metric.ratio.value), spread_text(metric.ratio),
                  verdict_text(metric.quantity, metric.ratio.verdict));
  if (with_floor && metric.to_floor) {
    line += fmt::format("{:>8}  {}", ratio_text(metric.to_floor->value),
                        verdict_text(metric.quantity, metric.to_floor->verdict));
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string table(const Comparison& comparison) {
  std::string text = fmt::format("\n  {:<17}{:>12}{:>12}{:>8}{:>16}{}\n", "", "A", "B", "B/A",
                                 "spread", comparison.floor_changed ? "          to floor" : "");
  for (const ComparedCase& item : comparison.cases) {
    text += paragraph("", item.name, 0);
    for (const std::string& note : item.notes) text += paragraph("  ", note, 4);
    for (const Metric& metric : item.metrics) text += metric_line(metric, comparison.floor_changed);
  }
  return text;
}

std::string only_in(std::string_view run, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
  return names.empty() ? text : paragraph(fmt::format("only in {}: ", run), text, 2);
}

std::string totals(const Comparison& comparison) {
  std::size_t better = 0, worse = 0, same = 0;
  for (const ComparedCase& item : comparison.cases) {
    for (const Metric& metric : item.metrics) {
      if (metric.quantity != Quantity::p50) continue;
      better += metric.ratio.verdict == Verdict::better ? 1 : 0;
      worse += metric.ratio.verdict == Verdict::worse ? 1 : 0;
      same += metric.ratio.verdict == Verdict::same ? 1 : 0;
    }
  }
  return fmt::format(
      "\nB/A is of all rounds, its spread of the most different two; \"same\": the spread includes "
      "1.\np50 of B: {} faster, {} slower, {} same.\n",
      better, worse, same);
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string text = not_durable("A", comparison.a) + not_durable("B", comparison.b) +
                     head("A", comparison.a) + head("B", comparison.b) +
                     differences_text(comparison);
  for (const std::string& warning : comparison.warnings) text += '\n' + paragraph("", warning, 2);
  if (comparison.cases.empty()) {
    text += "\nThere is no case that both have: nothing to compare.\n";
  } else {
    text += table(comparison) + totals(comparison);
  }
  text += only_in("A", comparison.only_in_a) + only_in("B", comparison.only_in_b);
  text.pop_back();
  return text;
}

}  // namespace ringproc::tool::measure
