// A comparison for programs. Pure function.
#include <nlohmann/json.hpp>

#include "measure/compare.hpp"

namespace ringproc::tool::measure {
namespace {

using Json = nlohmann::ordered_json;

Json run_json(const ComparedRun& run) {
  return {{"version", run.version},     {"date", run.date},
          {"directory", run.directory}, {"file_system", run.file_system},
          {"durable", run.durable},     {"not_durable", run.not_durable}};
}

const char* name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::p50:
      return "p50_ns";
    case Quantity::p99:
      return "p99_ns";
    case Quantity::max:
      return "max_ns";
    case Quantity::operations:
      return "operations_per_second";
    case Quantity::bandwidth:
      return "durable_bytes_per_second";
    default:
      return "flushes_per_sync";
  }
}

// Without a spread there is no verdict.
Json ratio_json(const Ratio& ratio, Quantity quantity) {
  const bool known = ratio.verdict != Verdict::unknown;
  return {{"ratio", ratio.value},
          {"least", known ? Json(ratio.least) : Json()},
          {"greatest", known ? Json(ratio.greatest) : Json()},
          {"verdict", known ? Json(verdict_text(quantity, ratio.verdict)) : Json()}};
}

Json case_json(const ComparedCase& item) {
  Json metrics = Json::object();
  for (const Metric& metric : item.metrics) {
    Json json = {{"a", metric.a}, {"b", metric.b}};
    json.update(ratio_json(metric.ratio, metric.quantity));
    json["to_floor"] = metric.to_floor ? ratio_json(*metric.to_floor, metric.quantity) : Json();
    metrics[name_of(metric.quantity)] = std::move(json);
  }
  return {{"name", item.name},
          {"procedure", item.procedure},
          {"operation", item.operation},
          {"notes", item.notes},
          {"metrics", std::move(metrics)}};
}

}  // namespace

Json comparison_json(const Comparison& comparison) {
  Json differences = Json::array();
  for (const Difference& difference : comparison.differences) {
    differences.push_back({{"what", difference.what}, {"a", difference.a}, {"b", difference.b}});
  }
  Json cases = Json::array();
  for (const ComparedCase& item : comparison.cases) cases.push_back(case_json(item));
  return {{"format", "ringproc bench comparison"},
          {"format_version", 1},
          {"a", run_json(comparison.a)},
          {"b", run_json(comparison.b)},
          {"differences", std::move(differences)},
          {"warnings", comparison.warnings},
          {"floor_changed", comparison.floor_changed},
          {"cases", std::move(cases)},
          {"only_in_a", comparison.only_in_a},
          {"only_in_b", comparison.only_in_b}};
}

}  // namespace ringproc::tool::measure
