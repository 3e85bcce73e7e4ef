// A process killed after each single store it makes to a region: first a writer that visits
// everything, then the recovery of a region with many pieces. Needs the library built with probes.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "crash/crash_ops.hpp"
#include "crash/trial.hpp"
#include "model/random.hpp"

namespace {

using crash::Delay;
using crash::Trial;

constexpr std::uint64_t kMost = 20'000;  // stores; beyond, something loops

std::string kill_at(std::uint64_t k) { return "RINGPROC_KILL_AT=" + std::to_string(k); }

// Two tests share the stores, so that they run at the same time; under the sanitizers, and with
// few RINGPROC_CRASH_SEEDS, each takes some of its half.
std::uint64_t stride() {
  const auto seeds = crash::seeds_for_one_of(1);
  return seeds >= 200 ? 2 : seeds >= 20 ? 14 : 62;
}

// A disk so slow that the ring has to grow.
constexpr Delay kSlow{.write_ms = 1};
constexpr const char* kScript = "survive=on,recover=off";

class KillPoints : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (std::string(CRASH_WRITER_PROBED).empty()) GTEST_SKIP() << "built without ringproc_probed";
    std::printf("RINGPROC_SEED=%llu\n", static_cast<unsigned long long>(crash::base_seed()));
  }

  // The stores of the whole run; 0 if it did not end well.
  static std::uint64_t count_of(const std::string& path) {
    std::ifstream in(path);
    std::uint64_t count = 0;
    in >> count;
    return count;
  }

  // Calls one(k) for this test's share of 1, 2, ... until it says that nothing was killed at a k
  // beyond the count, which varies a little with the threads.
  template <class One>
  void for_each_store(std::uint64_t count, One one) {
    const auto step = stride();
    auto k = 1 + static_cast<std::uint64_t>(GetParam()) + crash::base_seed() % (step / 2) * 2;
    std::uint64_t killed = 0;
    int complaints = 0;
    for (; k < kMost && complaints < 5; k += step) {
      std::string complaint;
      const bool was_killed = one(k, complaint);
      killed += was_killed ? 1U : 0U;
      if (!complaint.empty()) {
        ++complaints;
        ADD_FAILURE() << "killed after store " << k << ": " << complaint;
      }
      if (!was_killed && k > count) break;
    }
    EXPECT_LT(k, kMost);
    std::printf("%llu of about %llu stores\n", static_cast<unsigned long long>(killed),
                static_cast<unsigned long long>(count));
    EXPECT_GT(killed, 0U);
  }

  // Kills a writer of the script after each of its stores. more: its environment.
  void kill_a_writer_everywhere(const crash::Words& more) {
    Trial trial("script", crash::base_seed());
    trial.use_probed();
    const auto counter = trial.directory() + "/count";
    const auto with = [&](const std::string& one) {
      auto words = more;
      words.push_back(one);
      return words;
    };
    ASSERT_EQ(trial.start(kScript, "", 0, kSlow, with("RINGPROC_KILL_COUNT=" + counter)).wait(), 0)
        << trial.log().message << trial.log_text();
    EXPECT_EQ(trial.verify().complaint, "");
    const auto count = count_of(counter);
    ASSERT_GT(count, crash::script_ops().size()) << "each operation stores something";
    EXPECT_GT(trial.log().high_water_bytes, 32U << 10) << "the ring did not grow";
    for_each_store(count, [&](std::uint64_t k, std::string& complaint) {
      trial.again();
      const int status = trial.start(kScript, "", 0, kSlow, with(kill_at(k))).wait();
      if (status != 0 && status != crash::kKilled) {
        complaint = "the writer ends with " + std::to_string(status) + trial.log().message;
        return false;
      }
      complaint = trial.recover_by(k % 4 == 1 ? 1 : 0);
      if (complaint.empty()) complaint = trial.verify_all();
      return status == crash::kKilled;
    });
  }
};

TEST_P(KillPoints, OfAWriterLoseNothing) { kill_a_writer_everywhere({}); }

// Whenever the service looks at the file it gives back what is not in use.
TEST_P(KillPoints, OfAWriterThatGivesMemoryBackLoseNothing) {
  kill_a_writer_everywhere({"RINGPROC_IMPATIENT=1"});
}

// Zeros ahead of the end, and whole blocks past the page cache.
TEST_P(KillPoints, OfAWriterWithZerosAheadLoseNothing) {
  const std::string options = std::string(kScript) + ",age=10ms,preallocate=written" +
                              (crash::can_write_direct() ? ",direct=on" : "");
  Trial trial("flushed", crash::base_seed());
  trial.use_probed();
  const auto counter = trial.directory() + "/count";
  constexpr std::uint64_t kOperations = 12;
  ASSERT_EQ(trial.start(options, "", kOperations, {}, {"RINGPROC_KILL_COUNT=" + counter}).wait(), 0)
      << trial.log().message << trial.log_text();
  EXPECT_EQ(trial.verify().complaint, "");
  for_each_store(count_of(counter), [&](std::uint64_t k, std::string& complaint) {
    trial.again();
    const int status = trial.start(options, "", kOperations, {}, {kill_at(k)}).wait();
    if (status != 0 && status != crash::kKilled) {
      complaint = "the writer ends with " + std::to_string(status) + trial.log().message;
      return false;
    }
    complaint = trial.recover_by(k % 4 == 1 ? 1 : 0);
    if (complaint.empty()) complaint = trial.verify_all();
    return status == crash::kKilled;
  });
}

// Leaves a dead region with many pieces.
std::string prepare(Trial& trial) {
  trial.again();
  const int status = trial.start("survive=on,ring=1M,age=3600s", ":kill", 240).wait();
  return status == crash::kKilled ? "" : std::string("cannot prepare: ") + trial.log().message;
}

bool recover_probed(Trial& trial, const std::string& setting, std::string& complaint) {
  auto settings = trial.environment("");
  settings.push_back(setting);
  const int status = crash::run({CRASH_RINGPROC_PROBED, "recover", "-q"}, settings);
  if (status != 0 && status != crash::kKilled) {
    complaint = "recover ends with " + std::to_string(status) + trial.log_text();
  }
  return status == crash::kKilled;
}

TEST_P(KillPoints, OfARecoveryLoseNothing) {
  Trial trial("pieces", crash::base_seed());
  ASSERT_EQ(prepare(trial), "");
  const auto counter = trial.directory() + "/count";
  std::string problem;
  EXPECT_FALSE(recover_probed(trial, "RINGPROC_KILL_COUNT=" + counter, problem));
  ASSERT_EQ(problem, "");
  const auto count = count_of(counter);
  for_each_store(count, [&](std::uint64_t k, std::string& complaint) {
    complaint = prepare(trial);
    if (!complaint.empty()) return false;
    const bool killed = recover_probed(trial, kill_at(k), complaint);
    if (complaint.empty()) complaint = trial.recover_by(k % 4 == 1 ? 1 : 0);
    if (complaint.empty()) complaint = trial.verify_all();
    return killed;
  });
}

// Killed again and again, each time one store later, without starting afresh: it gets to the end.
TEST_P(KillPoints, OfOneRecoveryAfterTheOtherLoseNothing) {
  Trial trial("pieces", crash::base_seed() + 1 + static_cast<std::uint64_t>(GetParam()));
  ASSERT_EQ(prepare(trial), "");
  std::string complaint;
  std::uint64_t k = 1;
  while (k < 200 && recover_probed(trial, kill_at(k), complaint)) ++k;
  EXPECT_EQ(complaint, "");
  EXPECT_EQ(trial.recover(), 0) << trial.log_text();
  EXPECT_EQ(trial.verify_all(), "");
}

INSTANTIATE_TEST_SUITE_P(Half, KillPoints, testing::Values(0, 1));

}  // namespace
