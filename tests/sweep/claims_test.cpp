// What the library claims is true, seen from outside: programs that use it, on a disk that keeps
// nothing it was not asked to keep, that fails, falls short or takes its time. With RINGPROC_MUTANT
// set the programs obey it; tests/sweep/mutants shows that each deliberate bug is seen here.
// Contract: 1 (accepted), 2 (order), 4 (durable), 5 (the first error is sticky).
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "ringproc/ringproc.h"
#include "sweep/marks.hpp"
#include "sweep/trial.hpp"

namespace {

using namespace sweep;

bool with_mutant() { return std::getenv("RINGPROC_MUTANT") != nullptr; }

Programs programs() {
  return {with_mutant() ? SWEEP_SUBJECT_PROBED : SWEEP_SUBJECT, SWEEP_RINGPROC};
}

// A scenario's supervisor: keeps the results, and has the calls answered as the test says.
class Scene final : public Supervisor {
 public:
  explicit Scene(const std::string& directory) : disk(directory), file(directory + "/take.wav") {}

  Answer call(Supervised& program, const Call& call) override {
    if (call.number != SYS_prctl) {
      if (!disk.is_for_it(program, call)) return on_call ? on_call(program, call) : Answer{};
      return on_disk ? on_disk(program, call) : disk.act(program, call);
    }
    const auto what = static_cast<Mark>(call.args[1]);
    const auto number = static_cast<long>(call.args[2]);
    if (what == Mark::returned) {
      results[number] = static_cast<std::int64_t>(call.args[3]);
      if (on_result) on_result(number, results[number]);
    }
    return what == Mark::step && on_step ? on_step(program, call, number) : Answer::result(0);
  }

  // Returns: how the program ended, "" if well.
  std::string run(const std::string& scenario, const std::string& options, Workplace& place) {
    const std::vector<int> more{SYS_futex};
    std::vector<int> calls = Disk::calls();
    if (on_call) calls.insert(calls.end(), more.begin(), more.end());
    Supervised program({programs().subject, scenario, file}, place.environment(options), calls);
    const Ending ending = program.run(*this, std::chrono::seconds(10));
    if (ending.how == Ended::by_itself && ending.status == 0) return "";
    return ending.how == Ended::hung ? "it hangs" : "it ends with " + std::to_string(ending.status);
  }

  [[nodiscard]] std::string content() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Disk disk;
  std::string file;
  std::map<long, std::int64_t> results;
  std::function<Answer(Supervised&, const Call&)> on_call;  // not the disk's
  std::function<Answer(Supervised&, const Call&)> on_disk;
  std::function<Answer(Supervised&, const Call&, long)> on_step;
  std::function<void(long, std::int64_t)> on_result;
};

class Claims : public testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    if (!Supervised::is_possible(&reason)) GTEST_SKIP() << reason;
  }
  // The whole plan, with one failure.
  Outcome run(int number, int error, long k) {
    return place.run(programs(), Subject::writer, "age=3600s", {number, error, k});
  }
  Workplace place;
};

std::string told(const Outcome& outcome) {
  std::string all = outcome.text;
  for (const std::int64_t error : outcome.errors)
    all += std::string(" ") + ringproc_strerror(error);
  return all;
}

TEST_F(Claims, AFlushThatReturnsCoversBytesSizeAndName) {
  const Outcome outcome = run(SYS_pwritev, EIO, 0);
  EXPECT_EQ(outcome.verdict, Verdict::not_met) << told(outcome);
}

TEST_F(Claims, AFailedSyncIsToldAndNeverMadeGood) {
  for (long k = 1; k <= 3; ++k) {
    const Outcome outcome = run(SYS_fdatasync, EIO, k);
    EXPECT_EQ(outcome.verdict, Verdict::told) << "sync " << k << ": " << told(outcome);
    EXPECT_EQ(outcome.errors.count(-EIO), 1U);
  }
}

TEST_F(Claims, AFailedWriteIsToldByEveryCallAfterIt) {
  for (long k = 1; k <= 3; ++k) {
    const Outcome outcome = run(SYS_pwritev, EIO, k);
    EXPECT_EQ(outcome.verdict, Verdict::told) << "write " << k << ": " << told(outcome);
  }
}

TEST_F(Claims, AShortWriteIsGoneOnWith) {
  for (long k = 1; k <= 8; ++k) {
    const Outcome outcome = run(SYS_pwritev, kShort, k);
    EXPECT_EQ(outcome.verdict, Verdict::success) << "write " << k << ": " << told(outcome);
  }
}

// The sync ends when the second caller waits: for a sync of its own, if the library is right.
TEST_F(Claims, ASyncThatRunsAlreadyCountsForNobody) {
  Scene scene(place.disk());
  std::optional<Call> sync;
  std::optional<Call> step;
  bool flushing = false;
  scene.on_disk = [&](Supervised& program, const Call& call) {
    if (call.number != SYS_fdatasync || sync) return scene.disk.act(program, call);
    sync = call;
    scene.disk.begin_sync(program, call);
    if (step) program.answer(*step, Answer::result(0));
    return Answer{Answer::hold, 0};
  };
  scene.on_step = [&](Supervised&, const Call& call, long number) {
    flushing = number == 2;
    if (number != 1 || sync) return Answer::result(0);
    step = call;
    return Answer{Answer::hold, 0};
  };
  scene.on_call = [&](Supervised& program, const Call& call) {
    const int operation = static_cast<int>(call.args[1]) & FUTEX_CMD_MASK;
    const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
    const bool ends = flushing && waits && call.thread == program.pid();
    if (ends) program.answer(*sync, scene.disk.end_sync(program, *sync));
    flushing = flushing && !ends;
    return Answer{};
  };
  bool covered = false;
  scene.on_result = [&](long op, std::int64_t) {
    if (op == 4) {
      covered = scene.disk.kept_bytes(scene.file) == bytes_of(1, 0, 100) + bytes_of(3, 100, 100);
    }
  };
  EXPECT_EQ(scene.run("flush_during_a_sync", "age=3600s", place), "");
  ASSERT_TRUE(sync.has_value());
  EXPECT_EQ(scene.results[4], 0);
  EXPECT_TRUE(covered) << "the second flush returned, and its bytes are not durable";
}

TEST_F(Claims, BytesAreWrittenWhenTheyAreOfAge) {
  Scene scene(place.disk());
  std::optional<Call> step;
  scene.on_disk = [&](Supervised& program, const Call& call) {
    const Answer answer = scene.disk.act(program, call);
    if (call.number == SYS_pwritev && step) program.answer(*step, Answer::result(0));
    return answer;
  };
  scene.on_step = [&](Supervised&, const Call& call, long) {
    if (scene.disk.writes() > 0) return Answer::result(0);
    step = call;
    return Answer{Answer::hold, 0};
  };
  EXPECT_EQ(scene.run("wait_for_age", "age=10ms", place), "");
  EXPECT_EQ(scene.content(), bytes_of(1, 0, 100));
}

TEST_F(Claims, AWriterThatWaitsForRoomIsWoken) {
  Scene scene(place.disk());
  EXPECT_EQ(scene.run("write_through_a_small_ring", "age=3600s,ring=4K", place), "");
  EXPECT_EQ(scene.results[1], 65'536);
  EXPECT_EQ(scene.content(), bytes_of(1, 0, 65'536));
}

// The disk looks at the bytes only after the program has tried to accept more.
TEST_F(Claims, BytesThatAreBeingWrittenAreNotOverwritten) {
  Scene scene(place.disk());
  std::optional<Call> write;
  std::optional<Call> step;
  scene.on_disk = [&](Supervised& program, const Call& call) {
    if (call.number != SYS_pwritev || write) return scene.disk.act(program, call);
    write = call;
    if (step) program.answer(*step, Answer::result(0));
    return Answer{Answer::hold, 0};
  };
  scene.on_step = [&](Supervised& program, const Call& call, long number) {
    if (number == 2) program.answer(*write, scene.disk.act(program, *write));
    if (number == 2 || write) return Answer::result(0);
    step = call;
    return Answer{Answer::hold, 0};
  };
  EXPECT_EQ(scene.run("write_into_a_full_ring", "age=10ms,ring=4K,on_full=fail", place), "");
  EXPECT_EQ(scene.results[1], 4096);
  EXPECT_EQ(scene.results[2], RINGPROC_E_OVERRUN);
  EXPECT_EQ(scene.content(), bytes_of(1, 0, 4096));
}

TEST_F(Claims, AFlushLeavesTheWritersPositionAlone) {
  Scene scene(place.disk());
  EXPECT_EQ(scene.run("flush_beside_a_writer", "age=3600s", place), "");
  EXPECT_EQ(scene.results[1], 100);
  EXPECT_EQ(scene.results[2], 1) << "RINGPROC_MSG_FLUSH";
  EXPECT_EQ(scene.results[3], 1) << "MMIOM_WRITEFLUSH without bytes";
  EXPECT_EQ(scene.results[4], 0);
}

}  // namespace
