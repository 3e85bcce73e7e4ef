// A ring that grows against a memory limit of the kernel (cgroup version 1): the writer may be
// killed for want of memory, and then nothing is lost; it never dies of touching its region.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "crash/trial.hpp"
#include "model/random.hpp"
#include "ringproc/ringproc.h"

namespace {

using crash::Trial;

constexpr std::uint64_t kLimitBytes = std::uint64_t{24} << 20;

class MemoryLimit : public testing::Test {
 protected:
  void SetUp() override {
    if (::mkdir(group_.c_str(), 0755) != 0) GTEST_SKIP() << "cannot make " << group_;
    made_ = true;
    std::ofstream limit(group_ + "/memory.limit_in_bytes");
    // The sanitizers need more for themselves.
    limit << kLimitBytes * (model::kSanitizerShare > 1 ? 8 : 1) << std::endl;
    if (!limit) GTEST_SKIP() << "cannot limit memory at " << group_;
  }
  void TearDown() override {
    if (made_) ::rmdir(group_.c_str());
  }

  // Runs in the writer before it is one.
  static bool join(const char* tasks) {
    const int fd = ::open(tasks, O_WRONLY | O_CLOEXEC);
    return fd >= 0 && ::write(fd, "0", 1) == 1 && ::close(fd) == 0;
  }

  std::string group_ = "/sys/fs/cgroup/memory/ringproc-test-" + std::to_string(::getpid());
  bool made_ = false;
};

TEST_F(MemoryLimit, KillsCleanlyOrNotAtAll) {
  const auto tasks = group_ + "/cgroup.procs";
  for (std::uint64_t i = 0; i < 3; ++i) {
    Trial trial("append", crash::base_seed() + i);
    const int status = trial
                           .start("survive=auto", ":close", 4000, {.write_ms = 10}, {},
                                  [&] { return join(tasks.c_str()); })
                           .wait();
    EXPECT_TRUE(status == 0 || status == crash::kKilled)
        << status << trial.log().message << trial.log_text();
    std::printf("ended with %d, high water %llu\n", status,
                static_cast<unsigned long long>(trial.log().high_water_bytes));
    EXPECT_NE(trial.log().capabilities & RINGPROC_CAN_SURVIVE, 0U);
    EXPECT_EQ(trial.recover(), 0) << trial.log_text();
    EXPECT_EQ(trial.verify_all(), "");
  }
}

}  // namespace
