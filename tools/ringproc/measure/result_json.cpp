#include "measure/result_json.hpp"

#include <fmt/core.h>

#include <utility>

#include "version_text.hpp"

namespace ringproc::tool::measure {
namespace {

using nlohmann::ordered_json;

constexpr std::pair<const char*, double> kPercentiles[] = {
    {"50", 50}, {"90", 90}, {"99", 99}, {"99.9", 99.9}, {"99.99", 99.99}};

ordered_json json_of(const Histogram& histogram) {
  if (histogram.count() == 0) return nullptr;
  ordered_json percentiles = ordered_json::object();
  for (const auto& [name, percent] : kPercentiles)
    percentiles[name] = histogram.percentile(percent);
  ordered_json bins = ordered_json::object();
  histogram.for_each_bucket(
      [&](std::uint64_t highest, std::uint64_t count) { bins[std::to_string(highest)] = count; });
  return {{"count", histogram.count()},
          {"min", histogram.min()},
          {"max", histogram.max()},
          {"mean", histogram.mean()},
          {"percentiles", std::move(percentiles)},
          {"bins", std::move(bins)}};
}

ordered_json sync_ratio(const Case& measured, std::uint64_t operations, std::uint64_t syncs) {
  if (measured.operation != Operation::flush || syncs == 0) return nullptr;
  return static_cast<double>(operations) / static_cast<double>(syncs);
}

ordered_json rounds_of(const CaseResult& one) {
  ordered_json rounds = ordered_json::array();
  for (const RoundResult& round : one.rounds) {
    rounds.push_back(
        {{"at_seconds", round.at_seconds},
         {"operations", round.operations},
         {"seconds", round.seconds},
         {"p50_ns", round.p50_ns},
         {"p99_ns", round.p99_ns},
         {"max_ns", round.max_ns},
         {"durable_bytes_per_second", durable_rate(one.measured, round)},
         {"flushes_per_sync", sync_ratio(one.measured, round.operations, round.syncs)}});
  }
  return rounds;
}

ordered_json over_time_of(const CaseResult& one) {
  ordered_json points = ordered_json::array();
  for (const TimePoint& point : one.over_time) {
    points.push_back({{"at_seconds", point.at_seconds},
                      {"seconds", point.seconds},
                      {"operations", point.operations},
                      {"p50_ns", point.p50_ns},
                      {"p99_ns", point.p99_ns},
                      {"max_ns", point.max_ns}});
  }
  return points;
}

ordered_json json_of(const CaseResult& one) {
  const Case& what = one.measured;
  ordered_json json{{"name", name_of(what)},
                    {"procedure", name_of(what.procedure)},
                    {"operation", name_of(what.operation)},
                    {"file", name_of(what.file)},
                    {"block_bytes", what.block_bytes},
                    {"callers", what.callers},
                    {"files", what.files},
                    {"arrival", name_of(what.arrival.kind)},
                    {"rate", nullptr},
                    {"sync_seconds", what.sync_seconds},
                    {"direct", name_of(what.direct)},
                    {"operations", one.operations},
                    {"bytes", one.bytes()},
                    {"seconds", one.seconds},
                    {"operations_per_second", one.per_second()},
                    {"until_durable_seconds", one.until_durable_seconds},
                    {"durable_bytes_per_second", one.durable_bytes_per_second()},
                    {"flushes", one.flushes},
                    {"syncs", one.syncs},
                    {"flushes_per_sync", sync_ratio(what, one.flushes, one.syncs)},
                    {"not_begun", one.not_begun},
                    {"error", nullptr}};
  if (what.arrival.kind != Arrival::Kind::closed) json["rate"] = what.arrival.per_second;
  if (what.procedure == Procedure::dos) json["direct"] = nullptr;  // which knows no such thing
  if (one.failed()) json["error"] = one.error;
  json["latency_ns"] = {{"submission", json_of(one.latency->submission)},
                        {"completion", json_of(one.latency->completion)},
                        {"total", json_of(one.latency->total)},
                        {"start_delay", json_of(one.latency->start_delay)}};
  json["rounds"] = rounds_of(one);
  json["over_time"] = over_time_of(one);
  return json;
}

}  // namespace

ordered_json json_of(const RunResult& run, const RunSettings& settings, const RunFacts& facts) {
  ordered_json json{{"format", kRunFormat},
                    {"format_version", kRunFormatVersion},
                    {"ringproc", {{"version", version()}, {"build", build_text()}}},
                    {"date", facts.date},
                    {"command", facts.command},
                    {"seconds", run.seconds},
                    {"interrupted", run.interrupted},
                    {"machine", facts.machine},
                    {"disk", facts.disk},
                    {"clock", {{"cost_ns", run.clock.cost_ns}, {"step_ns", run.clock.step_ns}}},
                    {"settings",
                     {{"rounds", settings.plan.rounds},
                      {"seed", settings.seed},
                      {"options", settings.library_options},
                      {"direct", name_of(settings.plan.cases.front().direct)}}},
                    {"durable", facts.not_durable.empty()},
                    {"not_durable", facts.not_durable},
                    {"warnings", facts.warnings},
                    {"meaning", facts.meaning}};
  ordered_json cases = ordered_json::array();
  for (const CaseResult& one : run.cases) cases.push_back(json_of(one));
  json["cases"] = std::move(cases);
  return json;
}

}  // namespace ringproc::tool::measure
