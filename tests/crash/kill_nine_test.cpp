// Writers killed at random moments, recovery after them, and the file compared with a model: no
// byte of a write that had returned is missing, and the one in flight is whole or absent.
// RINGPROC_CRASH_SEEDS: how many in all; RINGPROC_SEED: the first of each scenario.
#include <gtest/gtest.h>

#include <string>

#include "crash/crash_ops.hpp"
#include "crash/trial.hpp"
#include "model/random.hpp"

namespace {

using crash::Delay;
using crash::Trial;

constexpr std::uint64_t kScenarios = 7;

class AtTheEnd : public testing::Environment {
 public:
  void TearDown() override {
    if (crash::tally().trials > 0) crash::tally().print("crash_tests");
  }
};
[[maybe_unused]] const auto* const g_at_the_end = testing::AddGlobalTestEnvironment(new AtTheEnd);

struct Plan {
  std::string scenario;
  std::string options;
  std::uint64_t operations = 3000;  // killed before so many
  Delay delay = {};
};

// How this scenario's writer is set up: some with a drain that is quick, some with one that waits;
// some past the page cache, some with zeros ahead of the end.
std::string options_of(const Plan& plan, std::uint64_t seed) {
  static const char* const kAges[] = {"", ",age=3600s", ",age=10ms"};
  static const char* const kWays[] = {"", ",direct=on", ",preallocate=written",
                                      ",direct=on,preallocate=written"};
  const auto way = seed / 3 % 4;
  const bool direct = way % 2 == 1;
  return plan.options + kAges[seed % 3] + kWays[direct && !crash::can_write_direct() ? 0 : way];
}

// Kills one writer and recovers. Returns: a complaint, or nothing.
std::string kill_one(const Plan& plan, std::uint64_t seed) {
  model::Random random(model::mix(seed) ^ 9);
  Trial trial(plan.scenario, seed);
  auto writer = trial.start(options_of(plan, seed), "", 0, plan.delay);
  const auto target = random.one_in(12)  ? 0
                      : random.one_in(2) ? random.log_uniform(plan.operations)
                                         : random.below(plan.operations);
  const auto spins = random.log_uniform(target == 0 ? 10'000'000 : 100'000);
  if (!trial.kill_after(writer, target, spins)) {
    return trial.name() + "the writer ended by itself: " + trial.log().message + trial.log_text();
  }
  const bool reap_first = random.one_in(2);  // else its owner is a zombie while it is recovered
  if (reap_first) writer.wait();
  const auto problem = trial.recover_by(static_cast<unsigned>(random.below(3)));
  if (!problem.empty()) return trial.name() + problem + trial.log_text();
  return trial.verify_all();
}

using Seen = std::uint64_t crash::Tally::*;

// until_seen: what has to be seen at least once, for which it goes on, because a writer may be
// killed before; at most for so many seeds.
constexpr std::uint64_t kMostSeeds = 60;

crash::Tally kill_many(const Plan& plan, Seen until_seen = nullptr) {
  const auto before = crash::tally();
  const auto seeds = crash::seeds_for_one_of(kScenarios);
  const auto goes_on = [&](std::uint64_t i) {
    const bool unseen = until_seen && crash::tally().*until_seen == before.*until_seen;
    return i < seeds || (unseen && i < kMostSeeds);
  };
  int complaints = 0;
  for (std::uint64_t i = 0; goes_on(i) && complaints < 5; ++i) {
    const auto complaint = kill_one(plan, crash::base_seed() + i);
    if (complaint.empty()) continue;
    ++complaints;
    ADD_FAILURE() << complaint;
  }
  auto sum = crash::tally();
  sum.trials -= before.trials;
  sum.accepted_bytes -= before.accepted_bytes;
  sum.missing_bytes -= before.missing_bytes;
  sum.stalls -= before.stalls;
  sum.grown -= before.grown;
  sum.print("KillNine " + plan.scenario);
  return sum;
}

TEST(KillNine, LosesNothingThatWasAppended) { kill_many({"append", "survive=on"}); }

TEST(KillNine, LosesNothingOfOverlappingWrites) { kill_many({"overlapping", "survive=on"}); }

// The drain keeps up with the writer, so that it reads the last run while the next is made.
TEST(KillNine, LosesNothingThatTheDrainTakesAtOnce) {
  kill_many({"overtaken", "survive=on,flush=os"});
}

TEST(KillNine, LosesNoPatch) { kill_many({"patches", "survive=on"}); }

TEST(KillNine, KeepsTheOrderOfTwoHandles) { kill_many({"two_handles", "survive=on"}); }

TEST(KillNine, LosesNothingOfAFullRing) {
  const auto sum =
      kill_many({"full_ring", "survive=on,ring=64K", 600, {.write_ms = 1}}, &crash::Tally::stalls);
  EXPECT_GT(sum.stalls, 0U) << "no ring was ever full";
}

TEST(KillNine, LosesNothingOfAGrowingRing) {
  const auto sum =
      kill_many({"growing_ring", "survive=on", 600, {.write_ms = 3}}, &crash::Tally::grown);
  EXPECT_GT(sum.grown, 0U) << "no ring ever grew";
}

TEST(KillNine, LosesNothingOfTwoThreads) { kill_many({"threads", "survive=on"}); }

// The test can see a loss: without surviving rings there is one.
TEST(KillNine, WithoutSurvivalBytesAreMissing) {
  std::uint64_t missing = 0;
  const auto tally = crash::tally();
  for (std::uint64_t i = 0; i < 8; ++i) {
    const auto seed = crash::base_seed() + i;
    Trial trial(i % 2 == 0 ? "append" : "overlapping", seed);
    auto writer = trial.start("survive=off,age=3600s");
    ASSERT_TRUE(trial.kill_after(writer, 100, seed % 10'000)) << trial.log().message;
    writer.wait();
    missing += trial.verify().missing_bytes;
    EXPECT_TRUE(trial.region_files().empty());
  }
  crash::tally() = tally;
  std::printf("KillNine with survive=off: %llu bytes missing\n",
              static_cast<unsigned long long>(missing));
  EXPECT_GT(missing, 0U);
}

// And it finds none where there is none: what was flushed needs no recovery.
TEST(KillNine, FlushedBytesNeedNoSurvival) {
  for (std::uint64_t i = 0; i < 8; ++i) {
    const auto seed = crash::base_seed() + i;
    Trial trial("flushed", seed);
    auto writer = trial.start("survive=off,age=3600s");
    ASSERT_TRUE(trial.kill_after(writer, 1 + model::mix(seed) % 12, 0)) << trial.log().message;
    writer.wait();
    crash::Model model("flushed", seed);
    model.advance(trial.log().stream.returned);
    // The one in flight may be cut: nothing promises it whole without survival.
    EXPECT_TRUE(trial.on_disk().starts_with(model.content())) << trial.name();
  }
}

TEST(KillNine, RecoverMayBeKilledToo) {
  const auto seeds = crash::seeds_for_one_of(10);
  unsigned killed = 0;
  for (std::uint64_t i = 0; i < seeds; ++i) {
    const auto seed = crash::base_seed() + i;
    model::Random random(model::mix(seed) ^ 11);
    Trial trial(i % 2 == 0 ? "pieces" : "overlapping", seed);
    auto writer = trial.start("survive=on,ring=1M,age=3600s");
    ASSERT_TRUE(trial.kill_after(writer, 100 + random.below(300), random.below(10'000)))
        << trial.name() << trial.log().message;
    writer.wait();
    for (int kill = 0; kill < 5; ++kill) {
      crash::Process recovery({crash::recover_program(), "recover", "-q"},
                              trial.environment("", {1}));
      crash::spin(random.below(12'000'000));
      recovery.kill9();
      killed += recovery.wait() == crash::kKilled ? 1U : 0U;
    }
    EXPECT_EQ(trial.recover_by(0), "") << trial.name() << trial.log_text();
    EXPECT_EQ(trial.verify_all(), "");
  }
  std::printf("recoveries killed: %u\n", killed);
  EXPECT_GT(killed, 0U);
}

}  // namespace
