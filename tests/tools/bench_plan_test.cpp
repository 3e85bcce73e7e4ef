// Which cases a bench has, and what it refuses.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "measure/plan.hpp"
#include "usage_error.hpp"

namespace ringproc::tool::measure {
namespace {

constexpr std::uint64_t kMega = 1024 * 1024;

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> list;
  for (const Case& one : plan.cases) list.push_back(name_of(one));
  return list;
}

// What it complains about; empty if it does not.
std::string refusal(const PlanRequest& request) {
  try {
    static_cast<void>(make_plan(request));
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

TEST(BenchPlan, WithoutWordsItHasTheCasesOfTheHelp) {
  EXPECT_EQ(names(make_plan({})),
            (std::vector<std::string>{
                "flush raw growing 4K", "flush raw prepared 4K", "flush dos growing 4K",
                "flush dos prepared 4K", "flush ring growing 4K", "flush ring prepared 4K",
                "flush raw growing 4K x16", "flush ring growing 4K x16",
                "write raw growing 16K fixed 3000/s", "write dos growing 16K fixed 3000/s",
                "write ring growing 16K fixed 3000/s", "stream raw growing 64K",
                "stream dos growing 64K", "stream ring growing 64K"}));
  EXPECT_EQ(make_plan({}).rounds, 3U);
}

TEST(BenchPlan, WithoutWordsItTakesAboutAMinute) {
  EXPECT_GT(make_plan({}).expected_seconds(), 30);
  EXPECT_LT(make_plan({}).expected_seconds(), 70);
}

TEST(BenchPlan, AProcedureAloneLeavesTheDefaultWorkload) {
  PlanRequest request;
  request.procedures = {Procedure::ring};
  const auto list = names(make_plan(request));
  EXPECT_EQ(list.size(), 6U);
  EXPECT_EQ(list.front(), "flush raw growing 4K");  // the floor
  EXPECT_EQ(list.back(), "stream ring growing 64K");
}

TEST(BenchPlan, EveryCombinationOfWhatIsAskedIsACase) {
  PlanRequest request;
  request.procedures = {Procedure::raw, Procedure::ring};
  request.blocks = {4096, 65536};
  request.callers = {1, 4};
  request.kinds = {FileKind::growing, FileKind::prepared};
  const auto list = names(make_plan(request));
  EXPECT_EQ(list.size(), 16U);
  EXPECT_EQ(std::set<std::string>(list.begin(), list.end()).size(), 16U);
  EXPECT_NE(std::ranges::find(list, "flush ring prepared 64K x4"), list.end());
}

TEST(BenchPlan, TheSameAskedTwiceIsOneCase) {
  PlanRequest request;
  request.procedures = {Procedure::raw, Procedure::raw};
  request.blocks = {4096, 4096};
  EXPECT_EQ(names(make_plan(request)), std::vector<std::string>{"flush raw growing 4K"});
}

TEST(BenchPlan, TheFloorIsAddedWhereItIsMissing) {
  PlanRequest request;
  request.procedures = {Procedure::raw};
  for (const Operation operation : {Operation::write, Operation::stream}) {
    request.operations = {operation};
    const auto list = names(make_plan(request));
    EXPECT_EQ(list.size(), 2U);
    EXPECT_EQ(list.front(), "flush raw growing 4K");
  }
}

TEST(BenchPlan, TheFloorIsNotAddedTwice) {
  PlanRequest request;
  request.procedures = {Procedure::raw};
  request.blocks = {65536};
  EXPECT_EQ(names(make_plan(request)), std::vector<std::string>{"flush raw growing 64K"});
}

TEST(BenchPlan, AnAddedFloorIsNoLargerThanTheSizeGiven) {
  PlanRequest request;
  request.procedures = {Procedure::ring};
  request.operations = {Operation::write};
  request.file_bytes = kMega;
  const Plan plan = make_plan(request);
  EXPECT_EQ(plan.cases.front().file_bytes, kMega);
  EXPECT_EQ(plan.disk_bytes(), kMega);
}

TEST(BenchPlan, AnAddedFloorHasRoomForABlock) {
  PlanRequest request;
  request.procedures = {Procedure::ring};
  request.blocks = {512};
  request.file_bytes = 512;
  EXPECT_EQ(make_plan(request).cases.front().file_bytes, 4096U);
}

TEST(BenchPlan, ADurationIsOfAllRounds) {
  PlanRequest request;
  request.callers = {1};
  request.seconds = 12;
  request.rounds = 4;
  for (const Case& one : make_plan(request).cases) EXPECT_DOUBLE_EQ(one.seconds, 3);
}

TEST(BenchPlan, CasesOfAGroupChangePlacesFromRoundToRound) {
  const Plan plan = make_plan({});
  EXPECT_EQ(plan.order(1),
            (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}));
  EXPECT_EQ(plan.order(2),
            (std::vector<std::size_t>{5, 4, 3, 2, 1, 0, 7, 6, 10, 9, 8, 13, 12, 11}));
  EXPECT_EQ(plan.order(3),
            (std::vector<std::size_t>{1, 2, 3, 4, 5, 0, 7, 6, 9, 10, 8, 12, 13, 11}));
  EXPECT_EQ(plan.order(13).at(0), 0U);
}

TEST(BenchPlan, EveryRoundHasEveryCaseOnce) {
  const Plan plan = make_plan({});
  for (unsigned round = 1; round <= 20; ++round) {
    auto order = plan.order(round);
    std::ranges::sort(order);
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
    EXPECT_EQ(order.size(), plan.cases.size());
  }
}

TEST(BenchPlan, RoomIsNeededForPreparedFilesAndTheLargestGrowingCase) {
  PlanRequest request;
  request.callers = {2};
  request.files = 2;
  request.kinds = {FileKind::growing, FileKind::prepared};
  request.file_bytes = kMega;
  EXPECT_EQ(make_plan(request).disk_bytes(), 4 * kMega);
}

TEST(BenchPlan, AnOpenLoopNeedsRoomForWhatIsDue) {
  PlanRequest request;
  request.operations = {Operation::write};
  request.procedures = {Procedure::ring};
  request.arrival = Arrival{Arrival::Kind::fixed, 100};
  request.seconds = 30;
  request.file_bytes = 1024 * kMega;
  Plan plan = make_plan(request);
  std::erase_if(plan.cases, [](const Case& one) { return one.procedure == Procedure::raw; });
  EXPECT_EQ(plan.disk_bytes(), 100U * 10 * 4096);
}

TEST(BenchPlan, WhatCannotBeIsRefusedByTheNameOfItsOption) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  const auto with = [](auto change) {
    PlanRequest request;
    change(request);
    return refusal(request);
  };
  using R = PlanRequest;
  const std::pair<const char*, std::string> kRefusals[] = {
      {"--block", with([](R& r) { r.blocks = {0}; })},
      {"--block", with([](R& r) { r.blocks = {64 * kMega + 1}; })},
      {"--direct", with([](R& r) { r.blocks = {512}, r.direct = Direct::on; })},
      {"--callers", with([](R& r) { r.callers = {0}; })},
      {"--callers", with([](R& r) { r.callers = {257}; })},
      {"--files", with([](R& r) { r.callers = {2}, r.files = 3; })},
      {"--files", with([](R& r) { r.files = 0; })},
      {"--files", with([](R& r) { r.files = 2; })},
      {"--rounds", with([](R& r) { r.rounds = 0; })},
      {"--rounds", with([](R& r) { r.rounds = 101; })},
      {"--duration", with([](R& r) { r.seconds = 0; })},
      {"--duration", with([&](R& r) { r.seconds = nan; })},
      {"--duration", with([](R& r) { r.seconds = 86'401; })},
      {"--sync", with([](R& r) { r.operations = {Operation::write}, r.sync_seconds = -1; })},
      {"--sync", with([&](R& r) { r.operations = {Operation::write}, r.sync_seconds = nan; })},
      {"--sync", with([&](R& r) { r.operations = {Operation::write}, r.sync_seconds = infinite; })},
      {"--sync", with([](R& r) { r.operations = {Operation::write}, r.sync_seconds = 1e300; })},
      {"--rate", with([](R& r) {
         r.arrival = {Arrival::Kind::fixed, 0};
       })},
      {"--rate", with([&](R& r) {
         r.arrival = {Arrival::Kind::fixed, nan};
       })},
      {"--rate", with([&](R& r) {
         r.arrival = {Arrival::Kind::poisson, infinite};
       })},
      {"--size", with([](R& r) { r.file_bytes = 0; })},
      {"--size", with([](R& r) { r.file_bytes = 4096 * kMega; })},
      {"--size", with([](R& r) { r.file_bytes = 8192, r.callers = {3}; })},
      {"--size", with([](R& r) { r.file_bytes = std::numeric_limits<std::uint64_t>::max(); })},
  };
  for (const auto& [option, text] : kRefusals) EXPECT_NE(text.find(option), text.npos) << text;
}

TEST(BenchPlan, WhatWouldHaveNoEffectIsRefused) {
  PlanRequest request;
  request.sync_seconds = 1;
  EXPECT_TRUE(refusal(request).starts_with("--sync "));
  request.operations = {Operation::flush, Operation::write};
  EXPECT_EQ(refusal(request), "");
  request = {};
  request.operations = {Operation::stream};
  EXPECT_EQ(refusal(request), "");
  request.arrival = Arrival{Arrival::Kind::fixed, 10};
  EXPECT_TRUE(refusal(request).starts_with("--rate "));
  request.operations = {Operation::stream, Operation::flush};
  EXPECT_EQ(refusal(request), "");
}

TEST(BenchPlan, MoreCasesThanATableHoldsAreRefused) {
  PlanRequest request;
  for (std::uint32_t i = 1; i <= 40; ++i) request.blocks.push_back(4096 * i);
  request.kinds = {FileKind::growing, FileKind::prepared};
  EXPECT_NE(refusal(request).find("240 cases"), std::string::npos);
}

PlanRequest open_loop(unsigned callers, unsigned files, std::uint64_t file_bytes) {
  PlanRequest request;
  request.operations = {Operation::write};
  request.callers = {callers};
  request.files = files;
  request.arrival = Arrival{Arrival::Kind::fixed, 300};
  request.rounds = 1;
  request.seconds = 1;
  request.file_bytes = file_bytes;
  return request;
}

TEST(BenchPlan, AnOpenLoopWhoseFileWouldEndBeforeItIsRefused) {
  EXPECT_EQ(refusal(open_loop(1, 1, 300 * 4096)), "");
  EXPECT_NE(refusal(open_loop(1, 1, 299 * 4096)).find("--size"), std::string::npos);
}

TEST(BenchPlan, TheFileWithTheMostCallersDecides) {
  // Two of three callers write 200 blocks to the first file.
  EXPECT_EQ(refusal(open_loop(3, 2, 200 * 4096)), "");
  EXPECT_NE(refusal(open_loop(3, 2, 150 * 4096)).find("--size"), std::string::npos);
}

TEST(BenchPlan, RandomMomentsMayBeMoreThanTheirMean) {
  PlanRequest request = open_loop(1, 1, 300 * 4096);
  request.arrival->kind = Arrival::Kind::poisson;
  EXPECT_NE(refusal(request).find("--size"), std::string::npos);
  request.file_bytes = 450 * 4096;
  EXPECT_EQ(refusal(request), "");
}

// 3,000 blocks of 16K a second for 30 s are more than files have by themselves.
TEST(BenchPlan, FilesHaveRoomForWhatIsDue) {
  PlanRequest request;
  request.seconds = 30;
  request.rounds = 1;
  const Plan plan = make_plan(request);
  for (const Case& one : plan.cases) {
    if (one.arrival.kind == Arrival::Kind::closed) continue;
    EXPECT_GE(one.file_bytes, std::uint64_t{30 * 3'000} * one.block_bytes) << name_of(one);
  }
}

// As README has it: --size is for those who have less room.
TEST(BenchPlan, WithoutOtherWordsASmallSizeShortensTheTurnsOfARate) {
  for (const std::uint64_t mega : {1U, 8U, 64U}) {
    PlanRequest request;
    request.file_bytes = mega * kMega;
    const Plan plan = make_plan(request);
    EXPECT_LE(plan.disk_bytes(), (mega * 2 + 1) * kMega);
    for (const Case& one : plan.cases) {
      EXPECT_LE(one.sync_seconds * 3, one.seconds) << name_of(one);
    }
  }
}

}  // namespace
}  // namespace ringproc::tool::measure
