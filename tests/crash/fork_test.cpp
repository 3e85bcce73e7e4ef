// A process with pending bytes forks: the child has nothing to do with them, whatever it does, and
// is in nobody's way.
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "crash/trial.hpp"
#include "support/forking.hpp"

namespace {

using crash::Delay;
using crash::Trial;

constexpr std::uint64_t kOperations = 120;
constexpr const char* kPending = "survive=on,age=3600s";
constexpr const char* kFull = "survive=on,ring=64K";

// A child that stays, ended at the latest with the test.
class Staying {
 public:
  explicit Staying(const crash::Log& log) : pid_(static_cast<pid_t>(log.header.issued)) {}
  Staying(const Staying&) = delete;
  Staying& operator=(const Staying&) = delete;
  ~Staying() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }
  [[nodiscard]] bool lives() const { return pid_ > 0 && ::kill(pid_, 0) == 0; }

 private:
  pid_t pid_;
};

class ForkTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* why = why_no_fork()) GTEST_SKIP() << why;
  }

  static void expect_recovery_beside(const char* child_does, const char* scenario,
                                     const char* options, Delay delay = {}) {
    Trial trial(scenario, crash::base_seed());
    auto parent = trial.start_forker(child_does, "wait", options, kOperations, delay);
    ASSERT_TRUE(trial.await_phase(parent, 1)) << trial.log().message << trial.log_text();
    trial.log().phase = 2;
    ASSERT_TRUE(trial.await_phase(parent, 3)) << trial.log().message << trial.log_text();
    const Staying child(trial.log());
    parent.kill9();
    parent.wait();
    EXPECT_EQ(trial.recover(), 0) << trial.log_text();
    EXPECT_EQ(trial.verify_all(), "");
    EXPECT_TRUE(child.lives());
  }

  // The child ends while its parent has bytes pending.
  static void expect_no_change_by(const char* child_does) {
    Trial trial("small", crash::base_seed());
    auto parent = trial.start_forker(child_does, "wait", kPending, kOperations);
    ASSERT_TRUE(trial.await_phase(parent, 1)) << trial.log().message << trial.log_text();
    const auto file = trial.on_disk();
    const auto regions = trial.region_files();
    EXPECT_FALSE(regions.empty());
    trial.log().phase = 2;
    ASSERT_TRUE(trial.await_phase(parent, 3)) << trial.log().message << trial.log_text();
    EXPECT_EQ(trial.on_disk(), file);
    EXPECT_EQ(trial.region_files(), regions);
    parent.kill9();
    parent.wait();
    EXPECT_EQ(trial.recover(), 0) << trial.log_text();
    EXPECT_EQ(trial.verify_all(), "");
  }

  static void expect_parent_goes_on_after(const char* child_does) {
    Trial trial("full_ring", crash::base_seed());
    auto parent = trial.start_forker(child_does, "close", kFull, kOperations, {2});
    ASSERT_TRUE(trial.await_phase(parent, 1)) << trial.log().message << trial.log_text();
    trial.log().phase = 2;
    EXPECT_EQ(parent.wait(), 0) << trial.log().message << trial.log_text();
    EXPECT_EQ(trial.verify().complaint, "");
    EXPECT_TRUE(trial.region_files().empty());
  }
};

using ForkedChild = ForkTest;

TEST_F(ForkedChild, ThatStaysIsNotInTheWayOfRecovery) {
  expect_recovery_beside("stay", "small", kPending);
}

TEST_F(ForkedChild, ThatStaysIsNotInTheWayOfAFullRing) {
  expect_recovery_beside("stay", "full_ring", kFull, {20});
}

TEST_F(ForkedChild, ThatIsAnotherProgramIsNotInTheWayOfRecovery) {
  expect_recovery_beside("exec", "small", kPending);
}

TEST_F(ForkedChild, ThatIsAnotherProgramIsNotInTheWayOfAFullRing) {
  expect_recovery_beside("exec", "full_ring", kFull, {20});
}

TEST_F(ForkedChild, ThatExitsChangesNothing) { expect_no_change_by("exit"); }

TEST_F(ForkedChild, ThatExitsAtOnceChangesNothing) { expect_no_change_by("_exit"); }

TEST_F(ForkedChild, ThatUsesDeadHandlesChangesNothing) { expect_no_change_by("use"); }

TEST_F(ForkedChild, ThatExitsLetsTheParentGoOn) { expect_parent_goes_on_after("exit"); }

TEST_F(ForkedChild, ThatExitsAtOnceLetsTheParentGoOn) { expect_parent_goes_on_after("_exit"); }

TEST_F(ForkedChild, ThatUsesDeadHandlesLetsTheParentGoOn) { expect_parent_goes_on_after("use"); }

}  // namespace
