// Figures of a case out of its turns, as JSON and as a table.
#include <gtest/gtest.h>

#include "bench_case.hpp"
#include "measure/result_json.hpp"
#include "measure/table.hpp"

namespace ringproc::tool::measure {
namespace {

using Json = nlohmann::ordered_json;

RunSettings settings_of(const RunResult& run) {
  RunSettings settings;
  for (const CaseResult& one : run.cases) settings.plan.cases.push_back(one.measured);
  return settings;
}

RunResult run_of(CaseResult one) {
  RunResult run;
  run.cases.push_back(std::move(one));
  return run;
}

Json first_case(const RunResult& run) {
  return json_of(run, settings_of(run), RunFacts{}).at("cases").at(0);
}

// Latencies of some spread: 1 us, 2 us, ...
CaseResult spread_result(std::uint64_t operations) {
  CaseResult all =
      bench_result(bench_case(Procedure::raw, Operation::flush, FileKind::growing), 1, 1'000, 1);
  for (std::uint64_t i = 2; i <= operations; ++i) {
    const CaseResult one = bench_result(all.measured, 1, 1'000 * i, 1);
    all.latency->merge(*one.latency);
    all.operations += 1;
    all.flushes += 1;
    all.syncs += 1;
  }
  return all;
}

TEST(BenchJson, BinsHaveEachOperationOnce) {
  const Json one = first_case(run_of(spread_result(1'000)));
  for (const char* part : {"submission", "completion", "total"}) {
    const Json& latency = one.at("latency_ns").at(part);
    std::uint64_t sum = 0;
    std::uint64_t last = 0;
    for (const auto& [upper, count] : latency.at("bins").items()) {
      EXPECT_GT(std::stoull(upper), last);
      last = std::stoull(upper);
      EXPECT_GT(count.get<std::uint64_t>(), 0U);
      sum += count.get<std::uint64_t>();
    }
    EXPECT_EQ(sum, 1'000U);
    EXPECT_EQ(latency.at("count"), 1'000U);
    EXPECT_EQ(latency.at("max"), last);
  }
}

TEST(BenchJson, WhatWasNotMeasuredIsNull) {
  const Case write = bench_case(Procedure::raw, Operation::write, FileKind::growing);
  const Json one = first_case(run_of(bench_result(write, 10, 100)));
  EXPECT_TRUE(one.at("latency_ns").at("completion").is_null());
  EXPECT_TRUE(one.at("latency_ns").at("start_delay").is_null());
  EXPECT_TRUE(one.at("flushes_per_sync").is_null());
  EXPECT_TRUE(one.at("rate").is_null());
  EXPECT_TRUE(one.at("error").is_null());
}

TEST(BenchJson, ACaseThatDidNothingHasNoFigures) {
  CaseResult failed(bench_case(Procedure::raw, Operation::flush, FileKind::growing));
  failed.error = "opening x: no";
  const Json one = first_case(run_of(std::move(failed)));
  EXPECT_EQ(one.at("error"), "opening x: no");
  EXPECT_EQ(one.at("operations_per_second"), 0);
  EXPECT_TRUE(one.at("latency_ns").at("total").is_null());
  EXPECT_TRUE(one.at("rounds").empty());
}

TEST(BenchResult, TurnsAddUp) {
  const Case what = bench_case(Procedure::ring, Operation::flush, FileKind::growing);
  TurnResult turn;
  turn.latency = std::make_unique<LatencyRecord>();
  turn.operations = 10;
  turn.flushes = 10;
  turn.syncs = 4;
  turn.seconds = 1;
  turn.until_durable_seconds = 2;
  CaseResult result(what);
  result.add(turn);
  result.add(turn);
  EXPECT_EQ(result.rounds.size(), 2U);
  EXPECT_EQ(result.per_second(), 10);
  EXPECT_EQ(result.durable_bytes_per_second(), 10 * 4096 / 2);
  EXPECT_EQ(result.flushes_per_sync(), 2.5);
  EXPECT_EQ(durable_rate(what, result.rounds[0]), 10 * 4096 / 2);
}

TEST(BenchResult, PointsOverTimeHaveEachOperationOnce) {
  using std::chrono::milliseconds;
  const os::Clock::time_point start{};
  TurnResult turn;
  turn.latency = std::make_unique<LatencyRecord>();
  turn.latency->over_time.begin(start, milliseconds(200));
  turn.at_seconds = 5;
  turn.operations = 4;
  // The first part, the second, the last, and late.
  for (const int end : {0, 10, 199, 500}) {
    const auto at = start + milliseconds(end);
    turn.latency->record({at, at, at, at}, false, false);
  }
  CaseResult result(bench_case(Procedure::raw, Operation::write, FileKind::growing));
  result.add(turn);
  ASSERT_EQ(result.over_time.size(), 3U);
  EXPECT_NEAR(result.over_time[0].at_seconds, 5.00, 1e-9);
  EXPECT_NEAR(result.over_time[1].at_seconds, 5.01, 1e-9);
  EXPECT_NEAR(result.over_time[2].at_seconds, 5.19, 1e-9);
  EXPECT_EQ(result.over_time[2].operations, 2U);
}

// A write that failed may be the one whose bytes are missing.
TEST(BenchResult, AFailedCaseHasNoDurableBytes) {
  CaseResult one = spread_result(10);
  one.until_durable_seconds = 1;
  EXPECT_GT(one.durable_bytes_per_second(), 0);
  one.error = "syncing: Input/output error";
  EXPECT_EQ(one.durable_bytes_per_second(), 0);
}

TEST(BenchTable, AFailedCaseIsARowWithItsReason) {
  CaseResult failed(bench_case(Procedure::raw, Operation::flush, FileKind::growing));
  failed.error = "opening x: no";
  const std::string text = table_text(run_of(std::move(failed)), false);
  EXPECT_NE(text.find("raw  growing  FAILED: opening x: no\n"), text.npos) << text;
}

TEST(BenchTable, ACaseThatWasNotRunIsNotThere) {
  EXPECT_EQ(table_text(
                run_of(CaseResult(bench_case(Procedure::raw, Operation::flush, FileKind::growing))),
                true),
            "");
}

// Else its columns contradict each other: so many blocks a second are not so many MB/s.
TEST(BenchTable, AStreamSaysWhatItsColumnsAreOf) {
  const Case what = bench_case(Procedure::ring, Operation::stream, FileKind::growing);
  const std::string text = table_text(run_of(bench_result(what, 160, 1'000'000, 10)), false);
  EXPECT_NE(text.find("MB/s: until it is durable; the rest: its writes alone"), text.npos) << text;
}

TEST(BenchTable, SeveralCallersHaveTheirFlushesPerSync) {
  const Case what = bench_case(Procedure::ring, Operation::flush, FileKind::growing, 16);
  const std::string text = table_text(run_of(bench_result(what, 160, 1'000'000, 10)), false);
  EXPECT_NE(text.find("per sync\n"), text.npos) << text;
  EXPECT_NE(text.find("     16.0\n"), text.npos) << text;
}

}  // namespace
}  // namespace ringproc::tool::measure
