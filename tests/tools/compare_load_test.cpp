// Files that are given to --compare: what is said of those that are no runs, and that no document,
// however strange, does harm.
#include "measure/compare_load.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "bench_run.hpp"
#include "measure/compare.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::tool::measure {
namespace {

Json valid() {
  return bench_run({bench_case("raw", {100, 110}), bench_case("ring", {200, 210}),
                    bench_case("dos", {90, 300}, "write")});
}

std::string problem_of(const Json& run) { return parse_run(run.dump()).error; }

// Whether the message begins so, and goes on to say what to do.
void expect_said(const std::string& error, const std::string& beginning,
                 const std::string& advice) {
  EXPECT_TRUE(error.starts_with(beginning)) << error;
  EXPECT_NE(error.find(advice), error.npos) << error;
}

constexpr const char* kGive = "give files that `ringproc bench --json FILE` wrote";
constexpr const char* kAgain = "run the benchmark again";

TEST(LoadRun, TakesARun) {
  const core::TemporaryDirectory directory("/tmp");
  std::ofstream(directory.file("a.json")) << valid().dump(1);
  const LoadedRun run = load_run(directory.file("a.json"));
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.json, valid());
}

TEST(LoadRun, NamesTheFile) {
  expect_said(load_run("/nonexistent/a.json").error,
              "/nonexistent/a.json: cannot be read: No such file or directory; ", kGive);
  expect_said(load_run("/tmp").error, "/tmp: is a directory; ", kGive);
  expect_said(load_run("/dev/zero").error, "/dev/zero: is too large for a run; ", kGive);
}

TEST(LoadRun, SaysWhereItIsNotJson) {
  expect_said(parse_run("{\n \"format\": x}").error, "is not JSON (line 2, column 12); ", kGive);
  expect_said(parse_run("").error, "is empty; ", kGive);
  expect_said(parse_run("<!DOCTYPE html>").error, "is a page, not JSON", "--html");
  const std::string text = valid().dump();
  expect_said(parse_run(text.substr(0, text.size() - 1)).error, "ends in the middle", kAgain);
}

TEST(LoadRun, KnowsOtherFormats) {
  expect_said(parse_run("[]").error, "is no run of ringproc bench; ", kGive);
  expect_said(parse_run(R"({"format": "other"})").error, "is no run of ringproc bench; ", kGive);
  expect_said(problem_of(comparison_json(compare_runs(valid(), valid()))),
              "is a comparison already", "give the two runs");
  Json run = valid();
  run["format_version"] = 2;
  EXPECT_EQ(problem_of(run),
            "made by a newer ringproc (format 2; this program reads 1): compare with that version");
  run["format_version"] = 0;
  EXPECT_EQ(problem_of(run), "has format 0, which does not exist");
  run.erase("format_version");
  expect_said(problem_of(run), "format_version is missing", "");
}

TEST(LoadRun, NamesTheFieldThatIsWrong) {
  const auto with = [](const char* pointer, const Json& value) {
    Json run = valid();
    run[Json::json_pointer(pointer)] = value;
    return problem_of(run);
  };
  expect_said(with("/durable", "yes"), "durable is not true or false", kAgain);
  expect_said(with("/cases/1/name", nullptr), "cases[1].name is not a text", kAgain);
  expect_said(with("/cases/0/rounds/1/p50_ns", -1), "cases[0].rounds[1].p50_ns is negative",
              kAgain);
  expect_said(with("/cases/0/latency_ns/total/percentiles/99", 1e308),
              "cases[0].latency_ns.total.percentiles.99 is too large", kAgain);
  expect_said(with("/cases/2", 3), "cases[2] is not an object", kAgain);
  expect_said(with("/cases/0/rounds/0", 3), "cases[0].rounds[0] is not an object", kAgain);
  expect_said(with("/cases/2/name", valid()["cases"][1]["name"]), "cases[2].name is there twice",
              kAgain);
}

TEST(LoadRun, NamesTheFieldThatIsMissing) {
  Json run = valid();
  run["cases"][0]["latency_ns"]["total"].erase("max");
  expect_said(problem_of(run), "cases[0].latency_ns.total.max is missing", kAgain);
  run = valid();
  run.erase("disk");
  expect_said(problem_of(run), "disk is missing", kAgain);
}

TEST(LoadRun, AsksNoTimesOfACaseWithoutOperations) {
  Json run = bench_run({bench_case("ring", {})});
  run["cases"][0].erase("latency_ns");
  run["cases"][0]["operations_per_second"] = nullptr;
  EXPECT_EQ(problem_of(run), "");
}

TEST(LoadRun, RefusesDepthsAndNumbersBeyondReason) {
  const std::string deep(1'000'000, '[');
  expect_said(parse_run(deep).error, "is nested too deep for a run; ", kGive);
  EXPECT_EQ(
      parse_run(R"(["\"[[", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["])")
          .error.find("deep"),
      std::string::npos);
  expect_said(parse_run("[1e999]").error, "has a number that no measurement has", "");
}

// Every value of the document, once each, is something else.
class Hostile : public testing::Test {
 protected:
  static void collect(const Json& json, const Json::json_pointer& at,
                      std::vector<Json::json_pointer>& all) {
    all.push_back(at);
    if (json.is_object()) {
      for (const auto& item : json.items()) collect(item.value(), at / item.key(), all);
    } else if (json.is_array()) {
      for (std::size_t i = 0; i < json.size(); ++i) collect(json[i], at / i, all);
    }
  }

  static void expect_sober(const Json& a, const Json& b) {
    const Comparison comparison = compare_runs(a, b);
    const std::string text = comparison_text(comparison);
    for (const char* word : {"nan", "inf"}) {
      EXPECT_EQ(text.find(word), text.npos) << text;
    }
    for (const ComparedCase& item : comparison.cases) {
      for (const Metric& metric : item.metrics) {
        EXPECT_GT(metric.ratio.value, 0);
        EXPECT_LE(metric.ratio.least, metric.ratio.value);
        EXPECT_LE(metric.ratio.value, metric.ratio.greatest);
      }
    }
    // A number that is not finite would have become null.
    const Json json = comparison_json(comparison);
    EXPECT_EQ(Json::parse(json.dump()), json);
  }

  const Json kValid = bench_run({bench_case("raw", {100, 110}), bench_case("ring", {200, 210})});
  const std::vector<Json> kValues = {nullptr,       "text",        -1, 0, 1e308, 5e-324, false,
                                     Json::array(), Json::object()};
};

TEST_F(Hostile, ValuesInOnePlaceDoNoHarm) {
  std::vector<Json::json_pointer> places;
  collect(kValid, Json::json_pointer(), places);
  ASSERT_GT(places.size(), 100u);
  for (const auto& place : places) {
    for (const Json& value : kValues) {
      SCOPED_TRACE(place.to_string() + " = " + value.dump());
      Json run = kValid;
      run[place] = value;
      static_cast<void>(run_problem(run));
      expect_sober(run, kValid);
      expect_sober(kValid, run);
    }
  }
}

TEST_F(Hostile, ValuesInManyPlacesDoNoHarm) {
  const char* const given = std::getenv("RINGPROC_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 1;
  SCOPED_TRACE("RINGPROC_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    Json run = kValid;
    for (int changes = 0; changes < 6; ++changes) {
      std::vector<Json::json_pointer> places;
      collect(run, Json::json_pointer(), places);
      run[places[random() % places.size()]] = kValues[random() % kValues.size()];
    }
    static_cast<void>(run_problem(run));
    expect_sober(run, kValid);
    expect_sober(kValid, run);
  }
}

// Broken at any byte, it is a message or a run.
TEST_F(Hostile, BytesDoNoHarm) {
  const std::string text = kValid.dump();
  for (std::size_t i = 0; i < text.size(); i += 7) {
    std::string broken = text;
    broken[i] = "\"{]\\\xff"[i % 5];
    const LoadedRun run = parse_run(broken);
    if (run.error.empty()) expect_sober(run.json, kValid);
    EXPECT_FALSE(parse_run(text.substr(0, i)).error.empty());
  }
}

}  // namespace
}  // namespace ringproc::tool::measure
