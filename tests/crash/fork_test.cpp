// A process with pending bytes forks: the child has nothing to do with them, whatever it does, and
// is in nobody's way.
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "crash/trial.hpp"

namespace {

using crash::Delay;
using crash::Trial;

constexpr std::uint64_t kOperations = 120;
constexpr const char* kPending = "survive=on,age=3600s";

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

class ForkTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    GTEST_SKIP() << "ThreadSanitizer cannot start threads in a child forked beside threads";
#endif
#endif
  }

  static void expect_recovery_beside_the_child(Trial& trial, crash::Process& parent) {
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
};

using ForkedChildStays = ForkTest;

TEST_P(ForkedChildStays, AndTheKilledParentsBytesAreRecovered) {
  Trial trial("small", crash::base_seed());
  auto parent = trial.start_forker(GetParam(), "wait", kPending, kOperations);
  expect_recovery_beside_the_child(trial, parent);
}

TEST_P(ForkedChildStays, AndTheKilledParentsFullRingIsRecovered) {
  Trial trial("full_ring", crash::base_seed());
  auto parent = trial.start_forker(GetParam(), "wait", "survive=on,ring=64K", kOperations, {20});
  expect_recovery_beside_the_child(trial, parent);
}

INSTANTIATE_TEST_SUITE_P(Fork, ForkedChildStays, testing::Values("stay", "exec"),
                         [](const auto& value) { return std::string(value.param); });

using ForkedChildEnds = ForkTest;

TEST_P(ForkedChildEnds, AndNothingHasChanged) {
  Trial trial("small", crash::base_seed());
  auto parent = trial.start_forker(GetParam(), "wait", kPending, kOperations);
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

TEST_P(ForkedChildEnds, AndTheParentGoesOnWithAFullRing) {
  Trial trial("full_ring", crash::base_seed());
  auto parent = trial.start_forker(GetParam(), "close", "survive=on,ring=64K", kOperations, {2});
  ASSERT_TRUE(trial.await_phase(parent, 1)) << trial.log().message << trial.log_text();
  trial.log().phase = 2;
  EXPECT_EQ(parent.wait(), 0) << trial.log().message << trial.log_text();
  EXPECT_EQ(trial.verify().complaint, "");
  EXPECT_TRUE(trial.region_files().empty());
}

INSTANTIATE_TEST_SUITE_P(Fork, ForkedChildEnds, testing::Values("exit", "_exit", "use"),
                         [](const auto& value) {
                           const std::string name = value.param;
                           return name == "_exit" ? "exitNow" : name;
                         });

}  // namespace
