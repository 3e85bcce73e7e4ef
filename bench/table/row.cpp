#include "bench/table/row.hpp"

#include <algorithm>

namespace bench {
namespace {

nlohmann::json number(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

std::optional<double> ratio(const Turn& turn) {
  if (!turn.theirs || *turn.theirs == 0) return std::nullopt;
  return turn.ours / *turn.theirs;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> Row::ratios() const {
  std::vector<double> all;
  for (const Turn& turn : measured.turns) {
    if (const auto one = ratio(turn)) all.push_back(*one);
  }
  return all;
}

double Row::ours() const {
  std::vector<double> all;
  for (const Turn& turn : measured.turns) all.push_back(turn.ours);
  return median(all);
}

std::optional<double> Row::theirs() const {
  std::vector<double> all;
  for (const Turn& turn : measured.turns) {
    if (turn.theirs) all.push_back(*turn.theirs);
  }
  return all.empty() ? std::nullopt : std::optional(median(all));
}

std::optional<bool> Row::met() const {
  if (!ran()) return std::nullopt;
  std::vector<double> values;
  for (const Turn& turn : measured.turns) {
    if (spec.judged == Judged::ours) {
      values.push_back(turn.ours);
    } else if (spec.judged == Judged::difference && turn.theirs) {
      values.push_back(turn.ours - *turn.theirs);
    } else if (const auto one = ratio(turn)) {
      values.push_back(*one);
    }
  }
  if (values.empty()) return std::nullopt;
  const double value = median(values);
  return spec.bound == Bound::at_most ? value <= spec.limit : value >= spec.limit;
}

nlohmann::json Row::json() const {
  const auto all = ratios();
  nlohmann::json least;
  nlohmann::json middle;
  nlohmann::json most;
  if (!all.empty()) {
    least = *std::ranges::min_element(all);
    middle = median(all);
    most = *std::ranges::max_element(all);
  }
  const auto verdict = met();
  nlohmann::json row{{"name", spec.name},
                     {"group", group},
                     {"what", spec.what},
                     {"against", spec.against},
                     {"target", spec.target},
                     {"unit", spec.unit},
                     {"ours", ran() ? nlohmann::json(ours()) : nlohmann::json(nullptr)},
                     {"theirs", number(theirs())},
                     {"ratio_median", middle},
                     {"ratio_min", least},
                     {"ratio_max", most},
                     {"met", verdict ? nlohmann::json(*verdict) : nlohmann::json(nullptr)},
                     {"note", measured.note},
                     {"not_run", measured.not_run},
                     {"turns", nlohmann::json::array()},
                     {"raw", measured.raw}};
  for (const Turn& turn : measured.turns) {
    row["turns"].push_back(
        {{"ours", turn.ours}, {"theirs", number(turn.theirs)}, {"ratio", number(ratio(turn))}});
  }
  return row;
}

void to_json(nlohmann::json& to, const Measured& from) {
  to = {{"note", from.note}, {"raw", from.raw}, {"not_run", from.not_run}};
  to["turns"] = nlohmann::json::array();
  for (const Turn& turn : from.turns) to["turns"].push_back({turn.ours, number(turn.theirs)});
}

void from_json(const nlohmann::json& from, Measured& to) {
  to.note = from.at("note");
  to.raw = from.at("raw");
  to.not_run = from.at("not_run");
  for (const auto& turn : from.at("turns")) {
    Turn one{turn.at(0).get<double>(), std::nullopt};
    if (!turn.at(1).is_null()) one.theirs = turn.at(1).get<double>();
    to.turns.push_back(one);
  }
}

}  // namespace bench
