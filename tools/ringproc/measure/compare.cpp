#include "measure/compare.hpp"

#include <fmt/core.h>

#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "measure/compare_facts.hpp"
#include "measure/compare_fields.hpp"
#include "measure/compare_ratio.hpp"

namespace ringproc::tool::measure {
namespace {

using fields::Json;
using Cases = std::map<std::string, const Json*>;

constexpr const char* kKindOfCase[] = {"operation", "file",    "block_bytes", "callers",
                                       "files",     "arrival", "rate",        "sync_seconds"};

std::string name_of(const Json& item) { return fields::text(fields::find(item, {"name"})); }

// Of several with one name, the first.
Cases cases_of(const Json& run) {
  Cases cases;
  for (const Json& item : fields::list(fields::find(run, {"cases"}))) {
    cases.emplace(name_of(item), &item);
  }
  return cases;
}

// What a case does, whoever does it: the same for the floor and for what stands on it.
std::string kind_of(const Json& item) {
  std::string kind;
  for (const char* key : kKindOfCase) kind += fields::any_text(fields::find(item, {key})) + '\n';
  return kind;
}

void note_differences(const Json& a, const Json& b, std::vector<std::string>& notes) {
  for (const char* key : kKindOfCase) {
    const std::string in_a = fields::any_text(fields::find(a, {key}));
    const std::string in_b = fields::any_text(fields::find(b, {key}));
    if (in_a != in_b)
      notes.push_back(fmt::format("not alike: {} is {} in A, {} in B", key, in_a, in_b));
  }
}

// Returns: whether there is something to compare.
bool note_state(const char* run, const Json& item, std::vector<std::string>& notes) {
  const std::string error = fields::text(fields::find(item, {"error"}));
  if (!error.empty()) notes.push_back(fmt::format("{} failed: {}", run, error));
  const bool none = fields::number(fields::find(item, {"operations"})).value_or(0) <= 0;
  if (none) notes.push_back(fmt::format("no operations in {}", run));
  const double late = fields::number(fields::find(item, {"not_begun"})).value_or(0);
  if (late > 0) {
    notes.push_back(
        fmt::format("{} was too slow for the rate: {:.0f} operations never began", run, late));
  }
  return error.empty() && !none;
}

ComparedCase compare_case(const Json& a, const Json& b) {
  ComparedCase result;
  result.name = name_of(a);
  result.procedure = fields::text(fields::find(a, {"procedure"}));
  result.operation = fields::text(fields::find(a, {"operation"}));
  note_differences(a, b, result.notes);
  const bool has_a = note_state("A", a, result.notes);
  const bool has_b = note_state("B", b, result.notes);
  if (!has_a || !has_b) return result;
  for (const Quantity quantity : kQuantities) {
    if (auto metric = compare_quantity(quantity, a, b)) result.metrics.push_back(*metric);
  }
  if (result.metrics.empty()) result.notes.emplace_back("nothing that both have can be compared");
  return result;
}

const Metric* find_metric(const ComparedCase& item, Quantity quantity) {
  for (const Metric& metric : item.metrics) {
    if (metric.quantity == quantity) return &metric;
  }
  return nullptr;
}

// The times of plain system calls are the floor that everything else stands on.
void judge_floor(Comparison& comparison) {
  std::string changed;
  for (const ComparedCase& item : comparison.cases) {
    if (item.procedure != "raw") continue;
    const Metric* const p50 = find_metric(item, Quantity::p50);
    if (p50 == nullptr || p50->ratio.verdict == Verdict::unknown ||
        p50->ratio.verdict == Verdict::same) {
      continue;
    }
    changed +=
        fmt::format("{}{} x{:.2f}", changed.empty() ? "" : ", ", item.name, p50->ratio.value);
  }
  comparison.floor_changed = !changed.empty();
  if (changed.empty()) return;
  comparison.warnings.push_back(
      "The floor itself changed: plain system calls took other times (p50 of " + changed +
      "). The disks or their load differ, and what is faster or slower may be so for that reason; "
      "\"to floor\" is B/A of a flush case divided by that of plain system calls");
}

void relate_to_floor(Comparison& comparison, const Cases& in_a) {
  std::map<std::string, const ComparedCase*> floors;
  for (const ComparedCase& item : comparison.cases) {
    if (item.procedure == "raw") floors.emplace(kind_of(*in_a.at(item.name)), &item);
  }
  for (ComparedCase& item : comparison.cases) {
    if (item.procedure == "raw" || item.operation != "flush") continue;
    const auto floor = floors.find(kind_of(*in_a.at(item.name)));
    if (floor == floors.end()) continue;
    for (Metric& metric : item.metrics) {
      const Metric* const below = find_metric(*floor->second, metric.quantity);
      if (below == nullptr || metric.quantity == Quantity::flushes_per_sync) continue;
      metric.to_floor = relative_to(below->ratio, metric.ratio, metric.quantity);
    }
  }
}

void warn_of_few_rounds(Comparison& comparison) {
  for (const ComparedCase& item : comparison.cases) {
    const Metric* const p50 = find_metric(item, Quantity::p50);
    if (p50 == nullptr || p50->ratio.verdict != Verdict::unknown) continue;
    comparison.warnings.emplace_back(
        "Fewer than two rounds in A or in B: one round says nothing of chance, so nothing is "
        "called "
        "faster or slower; compare runs of three rounds or more");
    return;
  }
}

void pair_cases(Comparison& comparison, const Json& a, const Cases& in_a, const Json& b,
                const Cases& in_b) {
  for (const Json& item : fields::list(fields::find(a, {"cases"}))) {
    const std::string name = name_of(item);
    if (in_a.at(name) != &item) continue;
    const auto other = in_b.find(name);
    if (other == in_b.end()) {
      comparison.only_in_a.push_back(name);
    } else {
      comparison.cases.push_back(compare_case(item, *other->second));
    }
  }
  for (const Json& item : fields::list(fields::find(b, {"cases"}))) {
    const std::string name = name_of(item);
    if (in_b.at(name) == &item && !in_a.contains(name)) comparison.only_in_b.push_back(name);
  }
}

}  // namespace

Comparison compare_runs(const Json& a, const Json& b) {
  Comparison comparison;
  comparison.a = head_of(a);
  comparison.b = head_of(b);
  comparison.differences = differences(a, b);
  const Cases in_a = cases_of(a);
  const Cases in_b = cases_of(b);
  pair_cases(comparison, a, in_a, b, in_b);
  judge_floor(comparison);
  if (comparison.floor_changed) relate_to_floor(comparison, in_a);
  warn_of_few_rounds(comparison);
  for (auto& warning : warnings_of("A", a, b)) comparison.warnings.push_back(std::move(warning));
  for (auto& warning : warnings_of("B", b, a)) comparison.warnings.push_back(std::move(warning));
  return comparison;
}

std::string verdict_text(Quantity quantity, Verdict verdict) {
  const bool counts = quantity == Quantity::flushes_per_sync;
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::better:
      return counts ? "more" : "faster";
    case Verdict::worse:
      return counts ? "fewer" : "slower";
    default:
      return "unknown";
  }
}

}  // namespace ringproc::tool::measure
