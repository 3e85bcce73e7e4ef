// Two runs side by side: ratios, spreads, verdicts, and what is said of them.
#include "measure/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "bench_run.hpp"
#include "measure/wrapped_text.hpp"

namespace ringproc::tool::measure {
namespace {

Comparison compare(const std::vector<Json>& a, const std::vector<Json>& b) {
  return compare_runs(bench_run(a), bench_run(b));
}

const Metric& metric(const ComparedCase& item, Quantity quantity) {
  const auto found = std::find_if(item.metrics.begin(), item.metrics.end(),
                                  [&](const Metric& one) { return one.quantity == quantity; });
  if (found == item.metrics.end()) throw std::runtime_error("no such metric");
  return *found;
}

bool is_said(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

TEST(Compare, RatioIsOfBToA) {
  const auto comparison = compare({bench_case("ring", {200, 200})}, {bench_case("ring", {50, 50})});
  ASSERT_EQ(comparison.cases.size(), 1u);
  const ComparedCase& item = comparison.cases[0];
  ASSERT_EQ(item.metrics.size(), 6u);
  EXPECT_DOUBLE_EQ(metric(item, Quantity::p50).ratio.value, 0.25);
  EXPECT_DOUBLE_EQ(metric(item, Quantity::p99).a, 600);
  EXPECT_DOUBLE_EQ(metric(item, Quantity::max).b, 500);
  EXPECT_DOUBLE_EQ(metric(item, Quantity::operations).ratio.value, 4);
  EXPECT_DOUBLE_EQ(metric(item, Quantity::bandwidth).ratio.value, 4);
  EXPECT_DOUBLE_EQ(metric(item, Quantity::flushes_per_sync).ratio.value, 1);
}

TEST(Compare, SpreadIsOfTheMostDifferentRounds) {
  const auto comparison =
      compare({bench_case("ring", {100, 150, 200})}, {bench_case("ring", {300, 400, 500})});
  for (const Quantity quantity : {Quantity::p50, Quantity::p99, Quantity::max}) {
    EXPECT_DOUBLE_EQ(metric(comparison.cases[0], quantity).ratio.least, 1.5);
    EXPECT_DOUBLE_EQ(metric(comparison.cases[0], quantity).ratio.greatest, 5);
  }
  for (const Quantity quantity : {Quantity::operations, Quantity::bandwidth}) {
    EXPECT_DOUBLE_EQ(metric(comparison.cases[0], quantity).ratio.least, 0.2);
    EXPECT_DOUBLE_EQ(metric(comparison.cases[0], quantity).ratio.greatest, 1 / 1.5);
  }
}

TEST(Compare, EachQuantityHasItsOwnSpread) {
  Json b = bench_case("ring", {200, 200});
  b["rounds"][0]["p50_ns"] = 100;
  b["rounds"][0]["p99_ns"] = 60;
  b["rounds"][0]["max_ns"] = 500;
  b["rounds"][0]["durable_bytes_per_second"] = 2.048e9;
  b["rounds"][0]["flushes_per_sync"] = 0.125;
  b["rounds"][0]["operations"] = 3000;
  const auto comparison = compare({bench_case("ring", {200, 200})}, {b});
  const auto least = [&](Quantity quantity) {
    return metric(comparison.cases[0], quantity).ratio.least;
  };
  EXPECT_DOUBLE_EQ(least(Quantity::p50), 0.5);
  EXPECT_DOUBLE_EQ(least(Quantity::p99), 0.1);
  EXPECT_DOUBLE_EQ(least(Quantity::max), 0.25);
  EXPECT_DOUBLE_EQ(least(Quantity::flushes_per_sync), 0.125);
  EXPECT_DOUBLE_EQ(least(Quantity::bandwidth), 0.1);
  EXPECT_DOUBLE_EQ(metric(comparison.cases[0], Quantity::operations).ratio.greatest, 3);
}

TEST(Compare, VerdictKnowsWhatIsBetter) {
  const auto slower = compare({bench_case("ring", {100, 110})}, {bench_case("ring", {150, 160})});
  EXPECT_EQ(metric(slower.cases[0], Quantity::p50).ratio.verdict, Verdict::worse);
  EXPECT_EQ(metric(slower.cases[0], Quantity::operations).ratio.verdict, Verdict::worse);
  const auto faster = compare({bench_case("ring", {150, 160})}, {bench_case("ring", {100, 110})});
  EXPECT_EQ(metric(faster.cases[0], Quantity::p50).ratio.verdict, Verdict::better);
  EXPECT_EQ(metric(faster.cases[0], Quantity::bandwidth).ratio.verdict, Verdict::better);
}

TEST(Compare, WhatRoundsOfOneRunDifferByIsTheSame) {
  const auto overlapping =
      compare({bench_case("ring", {100, 200})}, {bench_case("ring", {180, 300})});
  EXPECT_EQ(metric(overlapping.cases[0], Quantity::p50).ratio.verdict, Verdict::same);
  const auto touching = compare({bench_case("ring", {100, 200})}, {bench_case("ring", {200, 300})});
  EXPECT_EQ(metric(touching.cases[0], Quantity::p50).ratio.verdict, Verdict::same);
}

TEST(Compare, OneRoundGivesNoVerdict) {
  const auto comparison = compare({bench_case("ring", {100})}, {bench_case("ring", {500, 500})});
  EXPECT_EQ(metric(comparison.cases[0], Quantity::p50).ratio.verdict, Verdict::unknown);
  ASSERT_EQ(comparison.warnings.size(), 1u);
  EXPECT_TRUE(is_said(comparison.warnings[0], "Fewer than two rounds"));
  EXPECT_TRUE(comparison_json(comparison)["cases"][0]["metrics"]["p50_ns"]["verdict"].is_null());
}

TEST(Compare, RoundsWithoutOperationsHaveNoTimes) {
  Json a = bench_case("ring", {100, 100, 100, 100});
  a["rounds"][1]["p50_ns"] = 0;
  a["rounds"][2]["p50_ns"] = nullptr;
  const auto comparison = compare({a}, {bench_case("ring", {200, 200})});
  const Ratio& ratio = metric(comparison.cases[0], Quantity::p50).ratio;
  EXPECT_DOUBLE_EQ(ratio.greatest, 2);
  EXPECT_EQ(ratio.verdict, Verdict::worse);
}

TEST(Compare, OfCasesWithOneNameTheFirstCounts) {
  const auto comparison = compare({bench_case("ring", {1, 1}), bench_case("ring", {2, 2})},
                                  {bench_case("ring", {3, 3}), bench_case("ring", {4, 4})});
  ASSERT_EQ(comparison.cases.size(), 1u);
  EXPECT_DOUBLE_EQ(metric(comparison.cases[0], Quantity::p50).ratio.value, 3);
}

TEST(Compare, CasesArePairedByName) {
  const auto comparison = compare({bench_case("raw", {1, 1}), bench_case("dos", {2, 2})},
                                  {bench_case("ring", {3, 3}), bench_case("dos", {2, 2})});
  ASSERT_EQ(comparison.cases.size(), 1u);
  EXPECT_EQ(comparison.cases[0].name, "flush dos growing 4K");
  EXPECT_EQ(comparison.only_in_a, std::vector<std::string>{"flush raw growing 4K"});
  EXPECT_EQ(comparison.only_in_b, std::vector<std::string>{"flush ring growing 4K"});
  const std::string text = comparison_text(comparison);
  EXPECT_TRUE(is_said(text, "only in A: flush raw growing 4K"));
  EXPECT_TRUE(is_said(text, "only in B: flush ring growing 4K"));
}

TEST(Compare, WithoutCommonCasesSaysSo) {
  const auto comparison = compare({bench_case("raw", {1, 1})}, {});
  EXPECT_TRUE(is_said(comparison_text(comparison), "There is no case that both have"));
}

TEST(Compare, ACaseOfNoOperationsHasNoRatios) {
  const auto comparison = compare({bench_case("ring", {})}, {bench_case("ring", {5, 5})});
  EXPECT_TRUE(comparison.cases[0].metrics.empty());
  EXPECT_EQ(comparison.cases[0].notes, std::vector<std::string>{"no operations in A"});
}

TEST(Compare, ACaseThatFailedHasNoRatios) {
  Json failed = bench_case("ring", {5, 5});
  failed["error"] = "fdatasync: No space left on device";
  const auto comparison = compare({bench_case("ring", {5, 5})}, {failed});
  EXPECT_TRUE(comparison.cases[0].metrics.empty());
  EXPECT_EQ(comparison.cases[0].notes,
            std::vector<std::string>{"B failed: fdatasync: No space left on device"});
}

TEST(Compare, TellsOfOperationsThatNeverBeganAndOfCasesThatAreNotAlike) {
  Json late = bench_case("ring", {5, 5});
  late["not_begun"] = 12;
  late["rate"] = 3000.0;
  const auto comparison = compare({bench_case("ring", {5, 5})}, {late});
  EXPECT_EQ(comparison.cases[0].notes,
            (std::vector<std::string>{"not alike: rate is unknown in A, 3000.0 in B",
                                      "B was too slow for the rate: 12 operations never began"}));
  EXPECT_FALSE(comparison.cases[0].metrics.empty());
}

TEST(Compare, SlowerDiskIsTakenOutOfFlushes) {
  const auto comparison = compare({bench_case("raw", {100, 100}), bench_case("ring", {200, 200})},
                                  {bench_case("raw", {300, 300}), bench_case("ring", {600, 600})});
  ASSERT_TRUE(comparison.floor_changed);
  EXPECT_TRUE(is_said(comparison.warnings.at(0), "flush raw growing 4K x3.00"));
  const Metric& p50 = metric(comparison.cases[1], Quantity::p50);
  EXPECT_EQ(p50.ratio.verdict, Verdict::worse);
  ASSERT_TRUE(p50.to_floor);
  EXPECT_DOUBLE_EQ(p50.to_floor->value, 1);
  EXPECT_EQ(p50.to_floor->verdict, Verdict::same);
  EXPECT_FALSE(metric(comparison.cases[0], Quantity::p50).to_floor);
  EXPECT_FALSE(metric(comparison.cases[1], Quantity::flushes_per_sync).to_floor);
}

TEST(Compare, SpreadToTheFloorIsThatOfBoth) {
  const auto comparison = compare({bench_case("raw", {100, 110}), bench_case("ring", {200, 220})},
                                  {bench_case("raw", {300, 330}), bench_case("ring", {600, 660})});
  const Metric& floor = metric(comparison.cases[0], Quantity::p50);
  const Metric& ring = metric(comparison.cases[1], Quantity::p50);
  ASSERT_TRUE(ring.to_floor);
  EXPECT_DOUBLE_EQ(ring.to_floor->least, ring.ratio.least / floor.ratio.greatest);
  EXPECT_DOUBLE_EQ(ring.to_floor->greatest, ring.ratio.greatest / floor.ratio.least);
}

TEST(Compare, SameFloorIsNotMentioned) {
  const auto comparison = compare({bench_case("raw", {100, 120}), bench_case("ring", {200, 200})},
                                  {bench_case("raw", {110, 130}), bench_case("ring", {600, 600})});
  EXPECT_FALSE(comparison.floor_changed);
  EXPECT_TRUE(comparison.warnings.empty());
  EXPECT_FALSE(metric(comparison.cases[1], Quantity::p50).to_floor);
  EXPECT_FALSE(is_said(comparison_text(comparison), "floor"));
}

TEST(Compare, FloorIsThatOfTheSameKindOfCase) {
  Json others = bench_case("ring", {200, 200});
  others["callers"] = 16;
  const auto comparison =
      compare({bench_case("raw", {100, 100}), others}, {bench_case("raw", {300, 300}), others});
  ASSERT_TRUE(comparison.floor_changed);
  EXPECT_FALSE(metric(comparison.cases[1], Quantity::p50).to_floor);
}

TEST(Compare, OnlyFlushesStandOnTheFloor) {
  const auto comparison =
      compare({bench_case("raw", {1, 1}, "write"), bench_case("ring", {2, 2}, "write")},
              {bench_case("raw", {3, 3}, "write"), bench_case("ring", {2, 2}, "write")});
  ASSERT_TRUE(comparison.floor_changed);
  EXPECT_FALSE(metric(comparison.cases[1], Quantity::p50).to_floor);
}

TEST(Compare, ListsWhatElseDiffers) {
  Json b = bench_run({});
  b["ringproc"]["version"] = "0.6.0";
  b["machine"]["system"] = "Linux 7";
  b["machine"]["memory_bytes"] = 25276276737;  // the same, as people read it
  b["disk"]["write_cache"] = nullptr;
  b["disk"]["free_bytes"] = 5;
  b["settings"]["options"] = "ring=1M";
  b["settings"]["seed"] = 2;
  const auto comparison = compare_runs(bench_run({}), b);
  std::vector<std::string> lines;
  for (const Difference& one : comparison.differences) {
    lines.push_back(one.what + ": " + one.a + " / " + one.b);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"version: 0.5.0 / 0.6.0",
                                             "kernel: Linux 6.18.0 x86_64 / Linux 7",
                                             "write cache: write back / unknown",
                                             "options: ring=64M / ring=1M", "seed: unknown / 2"}));
}

TEST(Compare, TellsFirstWhatWasNotDurable) {
  Json b = bench_run({bench_case("ring", {5, 5})});
  b["durable"] = false;
  b["not_durable"] = {"a sync takes 0.2 us"};
  const auto comparison = compare_runs(bench_run({bench_case("ring", {5, 5})}), b);
  EXPECT_TRUE(
      comparison_text(comparison)
          .starts_with("NOT DURABLE: what B wrote did not reach a disk: a sync takes 0.2 us"));
  EXPECT_FALSE(comparison_json(comparison)["b"]["durable"].get<bool>());
}

TEST(Compare, TellsOfInterruptionsAndWarningsOfOneRun) {
  Json a = bench_run({});
  Json b = bench_run({});
  a["warnings"] = {"the machine is busy", "both"};
  b["warnings"] = {"both"};
  b["interrupted"] = true;
  EXPECT_EQ(
      compare_runs(a, b).warnings,
      (std::vector<std::string>{"A only: the machine is busy",
                                "B was interrupted: its cases have fewer rounds, or are missing"}));
}

TEST(Compare, TextIsATable) {
  const auto comparison =
      compare({bench_case("raw", {100e3, 110e3}), bench_case("ring", {2e6, 2e6})},
              {bench_case("raw", {300e3, 310e3}), bench_case("ring", {9e5, 9e5})});
  const std::string text = comparison_text(comparison);
  EXPECT_TRUE(is_said(text, "Machine, disk and settings do not differ."));
  EXPECT_TRUE(is_said(
      text,
      "                              A           B     B/A          spread          to floor\n"
      "flush raw growing 4K\n"
      "  p50                    105 us      305 us   2.905   2.727 - 3.100  slower\n"))
      << text;
  EXPECT_TRUE(is_said(text,
                      "flush ring growing 4K\n"
                      "  p50                    2.0 ms      900 us   0.450   0.450 - 0.450  faster "
                      "    0.155  faster\n"))
      << text;
  EXPECT_TRUE(is_said(text, "p50 of B: 1 faster, 1 slower, 0 same."));
}

TEST(Compare, TextFitsInAHundredColumns) {
  Json a = bench_run({bench_case("raw", {1e18, 1e-18}), bench_case("ring", {1e17, 1e13})});
  Json b = bench_run({bench_case("raw", {1, 1}), bench_case("ring", {1e17, 1e-12})});
  for (Json* run : {&a, &b}) {
    (*run)["cases"][1]["name"] = std::string(150, 'n');
    (*run)["cases"][1]["not_begun"] = 1e18;
    (*run)["durable"] = false;
    (*run)["not_durable"] = {std::string(300, 'x')};
    (*run)["settings"][std::string(70, 'k')] = run == &a ? "a" : std::string(120, 'v');
  }
  b["disk"]["mount_options"] = "rw,lowerdir=" + std::string(90, 'y') + ",upperdir=/x,relatime";
  b["disk"]["directory"] = "/a b/" + std::string(200, 'd');
  std::istringstream lines(comparison_text(compare_runs(a, b)));
  std::string line;
  while (std::getline(lines, line)) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Compare, ControlCharactersDoNotReachTheTerminal) {
  Json a = bench_run({bench_case("ring", {5, 5})});
  a["cases"][0]["name"] = "x\x1b[2J\ny";
  a["disk"]["directory"] = "\x07\x7f";
  const std::string text = comparison_text(compare_runs(a, a));
  EXPECT_TRUE(is_said(text, "x?[2J?y"));
  EXPECT_TRUE(is_said(text, "?? (ext4)"));
}

TEST(Compare, JsonHasTheNamesOfTheRun) {
  const Json json =
      comparison_json(compare({bench_case("ring", {100, 100})}, {bench_case("ring", {50, 50})}));
  EXPECT_EQ(json["format"], "ringproc bench comparison");
  EXPECT_EQ(json["format_version"], 1);
  const Json& metrics = json["cases"][0]["metrics"];
  EXPECT_EQ(metrics["p50_ns"].dump(),
            R"({"a":100.0,"b":50.0,"ratio":0.5,"least":0.5,"greatest":0.5,"verdict":"faster",)"
            R"("to_floor":null})");
  for (const char* name : {"p99_ns", "max_ns", "operations_per_second", "durable_bytes_per_second",
                           "flushes_per_sync"}) {
    EXPECT_TRUE(metrics.contains(name)) << name;
  }
}

TEST(Compare, MoreFlushesPerSyncAreNotFaster) {
  Json b = bench_case("ring", {5, 5});
  b["flushes_per_sync"] = 4.0;
  for (Json& round : b["rounds"]) round["flushes_per_sync"] = 4.0;
  const Json json = comparison_json(compare({bench_case("ring", {5, 5})}, {b}));
  EXPECT_EQ(json["cases"][0]["metrics"]["flushes_per_sync"]["verdict"], "more");
}

TEST(Wrapped, BreaksAtBlanksAndAfterCommas) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("", 5), Lines{""});
  EXPECT_EQ(wrapped("ab cd ef", 5), (Lines{"ab cd", "ef"}));
  EXPECT_EQ(wrapped("ab,cd,ef", 7), (Lines{"ab,cd,", "ef"}));
  EXPECT_EQ(wrapped("abcdefgh", 3), (Lines{"abc", "def", "gh"}));
  EXPECT_EQ(wrapped("\u00e4\u00f6\u00fc\u00e4", 3), (Lines{"\u00e4\u00f6\u00fc", "\u00e4"}));
}

}  // namespace
}  // namespace ringproc::tool::measure
