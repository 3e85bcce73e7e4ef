// One turn of each procedure, operation and kind of file: what it counts is what is in the file,
// and what goes wrong is told and ends it.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>

#include "measure/places.hpp"
#include "measure/turn.hpp"
#include "turn_files.hpp"

namespace ringproc::tool::measure {
namespace {

using testing::Combine;
using testing::Values;

class BenchTurn
    : public testing::TestWithParam<std::tuple<Procedure, Operation, FileKind, unsigned>> {
 protected:
  static Case chosen() {
    const auto [procedure, operation, file, callers] = GetParam();
    return bench_case(procedure, operation, file, callers);
  }
};

std::string parameter_name(const testing::TestParamInfo<BenchTurn::ParamType>& info) {
  const auto [procedure, operation, file, callers] = info.param;
  return std::string(name_of(procedure)) + "_" + std::string(name_of(operation)) + "_" +
         std::string(name_of(file)) + "_" + std::to_string(callers);
}

INSTANTIATE_TEST_SUITE_P(All, BenchTurn,
                         Combine(Values(Procedure::raw, Procedure::dos, Procedure::ring),
                                 Values(Operation::flush, Operation::write, Operation::stream),
                                 Values(FileKind::growing, FileKind::prepared), Values(1U, 3U)),
                         parameter_name);

// A prepared file is written over for as long as the turn lasts, so that one is short.
TEST_P(BenchTurn, CountsWhatIsInTheFile) {
  Case one = chosen();
  const bool endless = one.file == FileKind::prepared && one.operation != Operation::stream;
  if (endless) one.seconds = 0.02;
  TurnFiles files(one);
  const TurnResult result = files.run();
  EXPECT_EQ(result.error, "");
  EXPECT_FALSE(result.stopped);
  EXPECT_EQ(result.not_begun, 0U);
  const std::string blocks = files.blocks();
  EXPECT_EQ(blocks.size(), 12U);
  EXPECT_EQ(blocks.find('?'), blocks.npos) << blocks;
  if (endless) return;
  EXPECT_EQ(blocks, std::string(12, 'w'));
  EXPECT_EQ(result.operations, 12U);
}

TEST_P(BenchTurn, HasALatencyForEachOperation) {
  Case one = chosen();
  one.seconds = 0.02;
  TurnFiles files(one);
  const TurnResult result = files.run();
  EXPECT_EQ(result.latency->total.count(), result.operations);
  EXPECT_EQ(result.latency->submission.count(), result.operations);
  const bool flushed = one.operation == Operation::flush;
  EXPECT_EQ(result.latency->completion.count(), flushed ? result.operations : 0);
  EXPECT_EQ(result.latency->start_delay.count(), 0U);
  EXPECT_EQ(result.flushes, flushed ? result.operations : 0);
  EXPECT_LE(result.seconds, result.until_durable_seconds);
}

TEST_P(BenchTurn, AskedToStopBeforeItBeginsItDoesNothing) {
  TurnFiles files(chosen());
  files.stop = true;
  const TurnResult result = files.run();
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.operations, 0U);
}

TEST_P(BenchTurn, AFileThatCannotBeOpenedIsTold) {
  TurnFiles files(chosen());
  files.paths().front() = "/nowhere/at/all";
  const TurnResult result = files.run();
  EXPECT_TRUE(result.error.starts_with("opening /nowhere/at/all: ")) << result.error;
  EXPECT_EQ(result.operations, 0U);
  EXPECT_EQ(result.until_durable_seconds, 0);
}

// Each caller writes over its own part, from one end to the other and again.
TEST_P(BenchTurn, ACallerStaysInItsPartOfAPreparedFile) {
  const Case one = chosen();
  if (one.file != FileKind::prepared) return;
  TurnFiles files(one);
  OpenedSubject opened = open_subject(files.request());
  ASSERT_TRUE(opened.subject) << opened.error;
  const unsigned caller = one.callers - 1;
  const std::uint64_t part = 12 / one.callers;
  for (std::uint64_t i = 0; i < 2 * part + 1; ++i) ASSERT_TRUE(opened.subject->write(caller));
  EXPECT_TRUE(opened.subject->flush(caller));
  EXPECT_TRUE(opened.subject->close());
  EXPECT_EQ(files.blocks(), std::string(12 - part, 'p') + std::string(part, 'w'));
}

// For as long as it lives, no file of the process is longer than that.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_ = signal(SIGXFSZ, SIG_IGN);
};

TEST_P(BenchTurn, AnErrorOfTheDiskIsToldAndEndsTheTurn) {
  const Case one = chosen();
  if (one.file != FileKind::growing) return;
  TurnFiles files(one);
  TurnResult result;
  {
    const FileLimit limit(8 * 4096 + 100);  // the block that goes beyond it is written in part
    result = files.run();
  }
  const std::string reason = std::generic_category().message(EFBIG);
  EXPECT_NE(result.error.find(reason), std::string::npos) << result.error;
  EXPECT_EQ(result.latency->total.count(), result.operations);
  if (one.operation == Operation::flush) {
    EXPECT_LE(result.operations, 8U);
  }
}

// mmio's offsets are signed, and mean what they would unsigned.
TEST(BenchTurns, PartsBeyondTwoGigabytesAreFound) {
  for (const Procedure procedure : {Procedure::raw, Procedure::dos, Procedure::ring}) {
    Case one = bench_case(procedure, Operation::write, FileKind::prepared, 4);
    one.file_bytes = 0;
    TurnFiles files(one);
    one.file_bytes = std::uint64_t{4095} << 20;
    std::filesystem::resize_file(files.path(), one.file_bytes);  // nothing but a hole
    SubjectRequest request = files.request();
    request.measured = one;
    OpenedSubject opened = open_subject(request);
    ASSERT_TRUE(opened.subject) << opened.error;
    EXPECT_TRUE(opened.subject->write(3)) << opened.subject->error();
    EXPECT_TRUE(opened.subject->close());
    EXPECT_EQ(std::filesystem::file_size(files.path()), one.file_bytes);
    std::ifstream input(files.path(), std::ios::binary);
    std::string found(one.block_bytes, 0);
    input.seekg(static_cast<std::streamoff>(place_of(one, 3).begin));
    input.read(found.data(), static_cast<std::streamsize>(found.size()));
    EXPECT_EQ(std::memcmp(found.data(), request.data.data(), found.size()), 0) << name_of(one);
  }
}

// Past the page cache, where the file system can: not in memory.
TEST(BenchTurns, DirectWritesGoToBlocksOfTheirOwn) {
  for (const Procedure procedure : {Procedure::raw, Procedure::ring}) {
    for (const FileKind kind : {FileKind::growing, FileKind::prepared}) {
      Case one = bench_case(procedure, Operation::stream, kind, 3);
      one.direct = Direct::on;
      TurnFiles files(one, "/tmp");
      const TurnResult result = files.run();
      if (result.error.starts_with("opening ")) GTEST_SKIP() << result.error;
      EXPECT_EQ(result.error, "") << name_of(one);
      EXPECT_EQ(files.blocks(), std::string(12, 'w')) << name_of(one);
    }
  }
}

TEST(BenchTurns, SeveralFilesHaveTheirCallersEach) {
  for (const Procedure procedure : {Procedure::raw, Procedure::dos, Procedure::ring}) {
    for (const FileKind kind : {FileKind::growing, FileKind::prepared}) {
      Case one = bench_case(procedure, Operation::stream, kind, 3);
      one.files = 2;
      TurnFiles files(one);
      const TurnResult result = files.run();
      EXPECT_EQ(result.error, "");
      EXPECT_EQ(result.operations, 24U);
      EXPECT_EQ(files.blocks(0), std::string(12, 'w'));
      EXPECT_EQ(files.blocks(1), std::string(12, 'w'));
    }
  }
}

TEST(BenchTurns, AnOpenLoopDoesWhatIsDueAndLastsAsLong) {
  for (const unsigned callers : {1U, 3U}) {
    Case one = bench_case(Procedure::raw, Operation::write, FileKind::growing, callers);
    one.arrival = {Arrival::Kind::fixed, 60};
    one.seconds = 0.19;
    TurnFiles files(one);
    const TurnResult result = files.run();
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.operations + result.not_begun, 12U);
    EXPECT_EQ(result.latency->start_delay.count(), result.operations);
    EXPECT_GE(result.seconds, one.seconds);
    EXPECT_GE(result.until_durable_seconds, result.seconds);
  }
}

TEST(BenchTurns, WhatIsFlushedBesideAWriterIsCounted) {
  for (const Procedure procedure : {Procedure::raw, Procedure::dos, Procedure::ring}) {
    Case one = bench_case(procedure, Operation::write, FileKind::prepared);
    one.seconds = 0.02;
    one.sync_seconds = 1e-6;
    TurnFiles files(one);
    TurnResult result;
    do {  // until the flushing thread had its chance
      result = files.run();
      ASSERT_EQ(result.error, "");
      ASSERT_EQ(result.flushes, 0U);
    } while (result.syncs == 0);
  }
}

TEST(BenchTurns, AStopIsNoticedLongBeforeTheNextOperationIsDue) {
  Case one = bench_case(Procedure::raw, Operation::write, FileKind::growing);
  one.arrival = {Arrival::Kind::fixed, 0.001};
  one.seconds = 1'500;
  TurnFiles files(one);
  TurnResult result;
  std::thread turn([&] { result = files.run(); });
  std::error_code error;
  while (std::filesystem::file_size(files.path(), error) != 4096) std::this_thread::yield();
  files.stop = true;
  turn.join();
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.operations, 1U);
  EXPECT_EQ(result.not_begun, 0U);
}

// No address space has room for stacks of that size.
TEST(BenchTurns, AThreadThatCannotBeStartedIsTold) {
  pthread_attr_t before;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  pthread_attr_t huge = before;
  ASSERT_EQ(pthread_attr_setstacksize(&huge, std::size_t{1} << 50), 0);
  Case one = bench_case(Procedure::raw, Operation::write, FileKind::growing, 3);
  one.sync_seconds = 1;
  TurnFiles files(one);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  const TurnResult result = files.run();
  ASSERT_EQ(pthread_setattr_default_np(&before), 0);
  EXPECT_TRUE(result.error.starts_with("starting ")) << result.error;
  EXPECT_EQ(result.operations, 0U);
}

}  // namespace
}  // namespace ringproc::tool::measure
