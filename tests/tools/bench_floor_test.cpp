// When a disk is not believed.
#include <gtest/gtest.h>

#include "bench_case.hpp"
#include "measure/floor.hpp"

namespace ringproc::tool::measure {
namespace {

RunResult run_of(std::uint64_t sync_ns) {
  const Case floor = bench_case(Procedure::raw, Operation::flush, FileKind::growing);
  RunResult run;
  run.cases.push_back(bench_result(floor, 100, 2 * sync_ns, 100));
  return run;
}

TEST(BenchFloor, ASyncThatNoDeviceCouldDoIsAReason) {
  EXPECT_EQ(why_not_durable(run_of(200), "ext4", "rw").size(), 1U);
  EXPECT_EQ(why_not_durable(run_of(4'000), "ext4", "rw").size(), 1U);
}

TEST(BenchFloor, ASyncThatADeviceCouldDoIsNone) {
  EXPECT_TRUE(why_not_durable(run_of(6'000), "ext4", "rw,relatime").empty());
  EXPECT_TRUE(why_not_durable(run_of(5'000'000), "ext4", "").empty());
}

TEST(BenchFloor, AFileSystemInMemoryIsAReasonHoweverSlow) {
  EXPECT_EQ(why_not_durable(run_of(5'000'000), "tmpfs", "rw").size(), 1U);
  EXPECT_EQ(why_not_durable(run_of(5'000'000), "ramfs", "rw").size(), 1U);
}

TEST(BenchFloor, MountOptionsThatDropSyncsAreReasonsAsWholeWords) {
  for (const char* options : {"volatile", "rw,volatile", "nobarrier,rw", "rw,barrier=0,noatime"}) {
    EXPECT_EQ(why_not_durable(run_of(5'000'000), "ext4", options).size(), 1U) << options;
  }
  for (const char* options :
       {"rw,upperdir=/volatile", "nonvolatile", "nobarriers", "barrier=01", "rw,,x", ","}) {
    EXPECT_TRUE(why_not_durable(run_of(5'000'000), "ext4", options).empty()) << options;
  }
}

TEST(BenchFloor, WithoutAFloorNothingIsSaidAboutSyncs) {
  EXPECT_TRUE(why_not_durable(RunResult{}, "ext4", "rw").empty());
}

TEST(BenchFloor, ItIsTheOneCallersClosedLoopOfPlainSystemCalls) {
  const auto floor_is = [](auto change) {
    Case what = bench_case(Procedure::raw, Operation::flush, FileKind::growing);
    change(what);
    RunResult run;
    run.cases.push_back(bench_result(what, 10, 1'000));
    return floor_of(run, FileKind::growing) != nullptr;
  };
  EXPECT_TRUE(floor_is([](Case&) {}));
  EXPECT_FALSE(floor_is([](Case& one) { one.procedure = Procedure::ring; }));
  EXPECT_FALSE(floor_is([](Case& one) { one.operation = Operation::write; }));
  EXPECT_FALSE(floor_is([](Case& one) { one.file = FileKind::prepared; }));
  EXPECT_FALSE(floor_is([](Case& one) { one.callers = 2; }));
  EXPECT_FALSE(floor_is([](Case& one) { one.arrival = {Arrival::Kind::fixed, 10}; }));
}

TEST(BenchFloor, ACaseThatDidNothingIsNone) {
  RunResult run;
  run.cases.emplace_back(bench_case(Procedure::raw, Operation::flush, FileKind::growing));
  EXPECT_EQ(floor_of(run, FileKind::growing), nullptr);
}

}  // namespace
}  // namespace ringproc::tool::measure
