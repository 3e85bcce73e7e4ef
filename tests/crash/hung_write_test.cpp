// A writer whose drain hangs inside a write of the kernel is killed. The kernel keeps the process
// until the disk answers: completely, by half, or with an error. Then recovery finishes the file.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

#include "bad_disk/mount.hpp"
#include "crash/trial.hpp"

namespace {

using bad_disk::Mount;
using crash::Trial;

constexpr const char* kEndings[] = {"full", "half", "error"};

class HungWrite : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto obstacle = Mount::obstacle(); !obstacle.empty()) {
      GTEST_SKIP() << obstacle;
    }
    mount_.emplace();
    ASSERT_TRUE(mount_->mounted()) << "the bad disk cannot be mounted";
  }

  // A writer of the scenario whose drain hangs in its so-many-th write; killed, but kept by the
  // kernel.
  crash::Process hung(Trial& trial, const std::string& options, std::uint64_t operations) {
    mount_->fault("write 1 1 hang");
    auto writer = trial.start(options, ":wait", operations);
    EXPECT_EQ(mount_->hanging(1), 1U) << trial.log().message << trial.log_text();
    // It goes on into its ring meanwhile, until it is full or there is no more to write.
    std::uint64_t last = 0;
    for (int idle = 0; idle < 2000 && trial.log().phase == 0; ++idle) {
      const std::uint64_t now = trial.log().stream.returned;
      if (now != last) idle = 0;
      last = now;
      std::this_thread::yield();
    }
    writer.kill9();
    return writer;
  }

  void finish(Trial& trial, crash::Process& writer, const std::string& ending, unsigned way) {
    mount_->release(ending);
    writer.wait();
    EXPECT_EQ(trial.recover_by(way), "") << trial.name() << trial.log_text();
    EXPECT_EQ(trial.verify_all(), "");
    trial.again();
  }

  std::optional<Mount> mount_;
};

TEST_F(HungWrite, EndsAndRecoveryFinishesTheFile) {
  auto way = static_cast<unsigned>(crash::base_seed() % 3);
  for (const auto* ending : kEndings) {
    for (const auto* scenario : {"append", "overlapping", "patches"}) {
      SCOPED_TRACE(ending);
      Trial trial(scenario, crash::base_seed(), mount_->path());
      auto writer = hung(trial, "survive=on,age=1ms", 200);
      EXPECT_FALSE(writer.ended()) << "the kernel did not keep it";
      finish(trial, writer, ending, way++ % 3);
    }
  }
}

TEST_F(HungWrite, OfAFullRingEndsAndRecoveryFinishesTheFile) {
  for (const auto* ending : kEndings) {
    SCOPED_TRACE(ending);
    Trial trial("full_ring", crash::base_seed(), mount_->path());
    auto writer = hung(trial, "survive=on,ring=64K", 0);
    EXPECT_GT(trial.log().stream.issued, trial.log().stream.returned) << "the ring was not full";
    finish(trial, writer, ending, 0);
  }
}

// As long as the kernel keeps the process its write may still come: recovery must not be overtaken.
TEST_F(HungWrite, IsNotOvertakenByRecovery) {
  for (const auto* ending : kEndings) {
    SCOPED_TRACE(ending);
    Trial trial("overlapping", crash::base_seed(), mount_->path());
    auto writer = hung(trial, "survive=on,age=1ms", 200);
    const int status = trial.recover();
    EXPECT_TRUE(status == 0 || status == 9) << status;
    EXPECT_FALSE(trial.region_files().empty()) << "the region of a living process is gone";
    finish(trial, writer, ending, 0);
  }
}

// The file system of these tests is one: what is written can be read, and a hung write hangs alone.
TEST(BadDisk, TakesWhatAWriterDoes) {
  if (const auto obstacle = Mount::obstacle(); !obstacle.empty()) GTEST_SKIP() << obstacle;
  Mount mount;
  ASSERT_TRUE(mount.mounted());
  Trial trial("script", crash::base_seed(), mount.path());
  EXPECT_EQ(trial.start("", ":check").wait(), 0) << trial.log().message << trial.log_text();
  EXPECT_EQ(trial.verify().complaint, "");
  EXPECT_GT(mount.count("write"), 0U);
}

TEST(BadDisk, HoldsAKilledWriterUntilItIsReleased) {
  if (const auto obstacle = Mount::obstacle(); !obstacle.empty()) GTEST_SKIP() << obstacle;
  Mount mount;
  ASSERT_TRUE(mount.mounted());
  Trial trial("append", crash::base_seed(), mount.path());
  mount.fault("write 1 1 hang");
  auto writer = trial.start("survive=off,age=1ms", ":wait", 20);
  ASSERT_EQ(mount.hanging(1), 1U) << trial.log().message;
  writer.kill9();
  EXPECT_FALSE(writer.ended());
  mount.release("error");
  EXPECT_EQ(writer.wait(), crash::kKilled);
}

}  // namespace
