// A result of `ringproc bench` as tests need it: of the format, with times that they choose.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ringproc::tool::measure {

using Json = nlohmann::ordered_json;

// rounds: p50 of each, in ns. p99 is three times, the maximum ten times as long.
inline Json bench_case(const std::string& procedure, const std::vector<double>& rounds,
                       const std::string& operation = "flush") {
  double sum = 0, greatest = 0;
  Json list = Json::array();
  for (const double p50 : rounds) {
    sum += p50;
    greatest = p50 > greatest ? p50 : greatest;
    list.push_back({{"operations", 1000},
                    {"seconds", p50 * 1e-6},
                    {"p50_ns", p50},
                    {"p99_ns", 3 * p50},
                    {"max_ns", 10 * p50},
                    {"durable_bytes_per_second", 4096e9 / p50},
                    {"flushes_per_sync", 1.0},
                    {"at_seconds", 0.1}});
  }
  const double p50 = rounds.empty() ? 0 : sum / static_cast<double>(rounds.size());
  const Json total = {{"count", 1000 * rounds.size()},
                      {"min", 1},
                      {"max", 10 * greatest},
                      {"mean", p50},
                      {"percentiles", {{"50", p50}, {"90", p50}, {"99", 3 * p50}}},
                      {"bins", {{"176128", 14}}}};
  const double per_second = p50 > 0 ? 1e9 / p50 : 0;
  return {{"name", operation + " " + procedure + " growing 4K"},
          {"procedure", procedure},
          {"operation", operation},
          {"file", "growing"},
          {"block_bytes", 4096},
          {"callers", 1},
          {"files", 1},
          {"arrival", "closed"},
          {"rate", nullptr},
          {"sync_seconds", 0.0},
          {"operations", 1000 * rounds.size()},
          {"bytes", 4096},
          {"seconds", 1.0},
          {"operations_per_second", per_second},
          {"durable_bytes_per_second", 4096 * per_second},
          {"flushes", 1000},
          {"syncs", 1000},
          {"flushes_per_sync", 1.0},
          {"not_begun", 0},
          {"error", nullptr},
          {"latency_ns", {{"submission", total}, {"total", total}}},
          {"rounds", list}};
}

inline Json bench_run(const std::vector<Json>& cases) {
  return {{"format", "ringproc bench"},
          {"format_version", 1},
          {"ringproc", {{"version", "0.5.0"}, {"build", "Debug, GCC 12"}}},
          {"date", "2026-11-26T16:00:00Z"},
          {"interrupted", false},
          {"machine",
           {{"cpu", "AMD EPYC 7B13"},
            {"processors", 2},
            {"memory_bytes", 25276276736},
            {"system", "Linux 6.18.0 x86_64"},
            {"distribution", "Debian"},
            {"virtual", "kvm"}}},
          {"disk",
           {{"directory", "/data"},
            {"file_system", "ext4"},
            {"mount_options", "rw,relatime"},
            {"device", "vda"},
            {"model", nullptr},
            {"write_cache", "write back"},
            {"free_bytes", 1}}},
          {"settings", {{"rounds", 3}, {"options", "ring=64M"}}},
          {"durable", true},
          {"not_durable", Json::array()},
          {"warnings", Json::array()},
          {"cases", cases}};
}

}  // namespace ringproc::tool::measure
