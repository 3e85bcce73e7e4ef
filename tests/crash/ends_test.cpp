// Ends without a race: what each way of leaving a process means for the file and its region.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "crash/trial.hpp"

namespace {

using crash::Trial;

constexpr std::uint64_t kOperations = 300;
constexpr const char* kOptions = "survive=on,age=3600s";

// The model of the other tests is right: without a crash every scenario ends as it says.
TEST(Scenarios, EndAsTheModelSays) {
  for (const auto* name : {"append", "overlapping", "patches", "two_handles", "full_ring",
                           "growing_ring", "flushed", "small", "pieces", "script"}) {
    Trial trial(name, crash::base_seed());
    EXPECT_EQ(trial.start("", ":check", std::string(name) == "script" ? 0 : 60).wait(), 0)
        << trial.name() << trial.log().message << trial.log_text();
    EXPECT_EQ(trial.verify().complaint, "");
  }
}

class Ends : public testing::Test {
 protected:
  int end(const std::string& how) { return trial_.start(kOptions, how, kOperations).wait(); }
  Trial trial_{"patches", crash::base_seed()};
};

TEST(Scenarios, EndAsTheModelSaysWhenTheDrainTakesAllAtOnce) {
  Trial trial("overtaken", crash::base_seed());
  EXPECT_EQ(trial.start("flush=os", ":check", 5000).wait(), 0)
      << trial.name() << trial.log().message << trial.log_text();
  EXPECT_EQ(trial.verify().complaint, "");
}

TEST_F(Ends, CloseLeavesNoRegion) {
  EXPECT_EQ(end(":close"), 0) << trial_.log().message;
  EXPECT_TRUE(trial_.region_files().empty()) << trial_.region_files().front();
  EXPECT_EQ(trial_.verify().complaint, "");
}

TEST_F(Ends, ExitLeavesNoRegion) {
  EXPECT_EQ(end(":exit"), 0) << trial_.log().message;
  EXPECT_TRUE(trial_.region_files().empty()) << trial_.region_files().front();
  EXPECT_EQ(trial_.verify().complaint, "");
}

TEST_F(Ends, AnExitWithoutHandlersIsRecovered) {
  EXPECT_EQ(end(":_exit"), 0) << trial_.log().message;
  EXPECT_FALSE(trial_.region_files().empty());
  EXPECT_EQ(trial_.recover(), 0) << trial_.log_text();
  EXPECT_EQ(trial_.verify_all(), "");
}

TEST_F(Ends, AKillAfterTheLastWriteIsRecovered) {
  EXPECT_EQ(end(":kill"), crash::kKilled) << trial_.log().message;
  EXPECT_EQ(trial_.recover(), 0) << trial_.log_text();
  EXPECT_EQ(trial_.verify_all(), "");
}

TEST_F(Ends, AnOpenOfThatFileRecoversBeforeItReturns) {
  EXPECT_EQ(end(":kill"), crash::kKilled) << trial_.log().message;
  EXPECT_EQ(trial_.recover_by(1), "") << trial_.log_text();
  EXPECT_EQ(trial_.verify_all(), "");
}

TEST_F(Ends, AFileThatSomebodyHasChangedIsNotTouched) {
  EXPECT_EQ(end(":kill"), crash::kKilled);
  const auto changed = trial_.on_disk() + "somebody else's";
  std::ofstream(trial_.file(), std::ios::binary) << changed;
  // Not within the two seconds in which it may be the write that the process died in.
  std::filesystem::last_write_time(
      trial_.file(), std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(trial_.recover(), 9) << trial_.log_text();
  EXPECT_EQ(trial_.on_disk(), changed);
}

TEST_F(Ends, RecoveryLeavesALivingWriterAlone) {
  auto writer = trial_.start(kOptions, ":wait", kOperations);
  ASSERT_TRUE(trial_.await_phase(writer, 1)) << trial_.log().message;
  const auto regions = trial_.region_files();
  EXPECT_FALSE(regions.empty()) << trial_.log().message;
  EXPECT_EQ(trial_.recover(), 0) << trial_.log_text();
  EXPECT_EQ(trial_.region_files(), regions);
  writer.kill9();
  writer.wait();
  EXPECT_EQ(trial_.recover(), 0) << trial_.log_text();
  EXPECT_EQ(trial_.verify_all(), "");
}

}  // namespace
