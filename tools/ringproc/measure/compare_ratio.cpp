#include "measure/compare_ratio.hpp"

#include <algorithm>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "measure/compare_fields.hpp"

namespace ringproc::tool::measure {
namespace {

using fields::Json;
using Numbers = std::vector<double>;

std::optional<double> quotient(std::optional<double> b, std::optional<double> a) {
  if (!a || !b || *a <= 0) return std::nullopt;
  const double value = *b / *a;
  return fields::is_sane(value) ? std::optional(value) : std::nullopt;
}

std::optional<double> whole(Quantity quantity, const Json& item) {
  const auto at = [&](std::initializer_list<const char*> path) {
    return fields::number(fields::find(item, path));
  };
  switch (quantity) {
    case Quantity::p50:
      return at({"latency_ns", "total", "percentiles", "50"});
    case Quantity::p99:
      return at({"latency_ns", "total", "percentiles", "99"});
    case Quantity::max:
      return at({"latency_ns", "total", "max"});
    case Quantity::operations:
      return at({"operations_per_second"});
    case Quantity::bandwidth:
      return at({"durable_bytes_per_second"});
    default:
      return at({"flushes_per_sync"});
  }
}

std::optional<double> of_round(Quantity quantity, const Json& round) {
  const auto at = [&](const char* key) { return fields::number(fields::find(round, {key})); };
  switch (quantity) {
    case Quantity::p50:
      return at("p50_ns");
    case Quantity::p99:
      return at("p99_ns");
    case Quantity::max:
      return at("max_ns");
    case Quantity::operations:
      return quotient(at("operations"), at("seconds"));
    case Quantity::bandwidth:
      return at("durable_bytes_per_second");
    default:
      return at("flushes_per_sync");
  }
}

// Rounds in which nothing was done have no times.
Numbers of_rounds(Quantity quantity, const Json& item) {
  Numbers numbers;
  for (const Json& round : fields::list(fields::find(item, {"rounds"}))) {
    const auto number = of_round(quantity, round);
    if (number && (*number > 0 || !less_is_better(quantity))) numbers.push_back(*number);
  }
  return numbers;
}

Verdict verdict_of(const Ratio& ratio, Quantity quantity) {
  if (ratio.least <= 1 && ratio.greatest >= 1) return Verdict::same;
  return (ratio.value < 1) == less_is_better(quantity) ? Verdict::better : Verdict::worse;
}

Ratio with_spread(double value, const Numbers& a, const Numbers& b, Quantity quantity) {
  Ratio ratio{value, value, value, Verdict::unknown};
  if (a.empty() || b.empty()) return ratio;
  const auto [least_a, greatest_a] = std::minmax_element(a.begin(), a.end());
  const auto [least_b, greatest_b] = std::minmax_element(b.begin(), b.end());
  const auto least = quotient(*least_b, *greatest_a);
  const auto greatest = quotient(*greatest_b, *least_a);
  if (!least || !greatest) return ratio;
  // What all rounds give together may be a little outside: they are not equally long.
  ratio.least = std::min(value, *least);
  ratio.greatest = std::max(value, *greatest);
  if (a.size() > 1 && b.size() > 1) ratio.verdict = verdict_of(ratio, quantity);
  return ratio;
}

}  // namespace

bool less_is_better(Quantity quantity) {
  return quantity == Quantity::p50 || quantity == Quantity::p99 || quantity == Quantity::max;
}

std::optional<Metric> compare_quantity(Quantity quantity, const Json& a, const Json& b) {
  const auto in_a = whole(quantity, a);
  const auto in_b = whole(quantity, b);
  const auto value = quotient(in_b, in_a);
  if (!value || *value <= 0) return std::nullopt;
  return Metric{quantity, *in_a, *in_b,
                with_spread(*value, of_rounds(quantity, a), of_rounds(quantity, b), quantity),
                std::nullopt};
}

std::optional<Ratio> relative_to(const Ratio& floor, const Ratio& ratio, Quantity quantity) {
  const auto value = quotient(ratio.value, floor.value);
  const auto least = quotient(ratio.least, floor.greatest);
  const auto greatest = quotient(ratio.greatest, floor.least);
  if (!value || !least || !greatest) return std::nullopt;
  Ratio relative{*value, *least, *greatest, Verdict::unknown};
  if (ratio.verdict != Verdict::unknown && floor.verdict != Verdict::unknown) {
    relative.verdict = verdict_of(relative, quantity);
  }
  return relative;
}

}  // namespace ringproc::tool::measure
