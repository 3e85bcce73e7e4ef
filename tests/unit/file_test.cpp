#include "file/file.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

Options blocking() {
  Options options = SteppedFile::small_ring();
  options.on_full = OnFull::block;
  return options;
}

TEST(Write, RefusedForLackOfRoomAcceptsNothing) {
  SteppedFile f;
  ASSERT_TRUE(f.write(std::string(4000, 'a')));

  EXPECT_EQ(f.file->write(f.cursor, bytes_of(std::string(100, 'b'))).error, Errc::overrun);

  EXPECT_EQ(f.cursor.offset, 4000u);
  const FileStatistics statistics = f.file->statistics();
  EXPECT_EQ(statistics.accepted, 4000u);
  EXPECT_EQ(statistics.refused_writes, 1u);
  EXPECT_EQ(statistics.refused_bytes, 100u);
}

TEST(Write, LargerThanTheRingIsRefusedUnderFail) {
  SteppedFile f;
  EXPECT_EQ(f.file->write(f.cursor, bytes_of(std::string(5000, 'b'))).error, Errc::overrun);
  EXPECT_EQ(f.file->statistics().accepted, 0u);
}

TEST(Write, LargerThanTheRingIsAcceptedInPartsUnderBlock) {
  SteppedFile f(blocking());
  f.scheduler.helpful = true;
  const std::string large(20'000, 'b');

  EXPECT_EQ(f.file->write(f.cursor, bytes_of(large)).bytes, large.size());

  f.drain();
  EXPECT_EQ(f.disk.text(), large);
}

TEST(Write, AFailureBetweenPartsIsStickyAndTellsHowMuchWasTaken) {
  Options options = blocking();
  options.write_timeout = std::chrono::milliseconds(1);
  SteppedFile f(options);  // nobody drains

  EXPECT_EQ(f.file->write(f.cursor, bytes_of(std::string(9000, 'b'))).error, Errc::timeout);

  EXPECT_EQ(f.file->failure().operation, Operation::accept);
  EXPECT_EQ(f.file->failure().position, 4096u);
  EXPECT_EQ(f.cursor.offset, 4096u);
  EXPECT_FALSE(f.write("x"));
}

TEST(Write, TimesOutWhenNoRoomComes) {
  Options options = blocking();
  options.write_timeout = std::chrono::milliseconds(1);
  SteppedFile f(options);
  ASSERT_TRUE(f.write(std::string(4096, 'a')));
  EXPECT_EQ(f.file->write(f.cursor, bytes_of("b")).error, Errc::timeout);
  EXPECT_FALSE(f.file->drain().failed()) << "nothing was taken: the next write may succeed";
  f.drain();
  EXPECT_TRUE(f.write("b"));
}

TEST(Write, ABlockedWriterIsReleasedByAFailure) {
  SteppedFile f(blocking());
  ASSERT_TRUE(f.write(std::string(4096, 'a')));
  std::error_code error;
  std::thread writer([&] { error = f.file->write(f.cursor, bytes_of("b")).error; });
  f.disk.on_write = [](int) { return io_error(); };
  EXPECT_EQ(f.file->drain().write_step(), Step::failed);
  writer.join();
  EXPECT_EQ(error, io_error());
}

TEST(Write, BlockedWritersAreAllServed) {
  SteppedFile f(blocking());
  ASSERT_TRUE(f.write(std::string(4096, 'a')));
  std::vector<std::thread> writers;
  for (std::uint64_t i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      Cursor cursor{4096 + i * 4000};
      EXPECT_FALSE(f.file->write(cursor, bytes_of(std::string(4000, 'w'))).error);
    });
  }
  while (f.file->statistics().accepted < 4096 + 4 * 4000) {
    static_cast<void>(f.file->drain().write_step());
  }
  for (auto& writer : writers) writer.join();
  f.drain();
  EXPECT_EQ(f.disk.text(), std::string(4096, 'a') + std::string(16'000, 'w'));
}

TEST(Write, StopsAtTheLimitOfTheHandle) {
  SteppedFile f;
  f.cursor.limit = 10;
  ASSERT_TRUE(f.write("12345678"));
  EXPECT_EQ(f.file->write(f.cursor, bytes_of("abc")).error,
            std::make_error_code(std::errc::file_too_large));
  EXPECT_TRUE(f.write("ab"));
}

TEST(Write, RingsWhenItsBytesPassTheMark) {
  SteppedFile f;
  f.file->doorbell().arm(100);
  ASSERT_TRUE(f.write(std::string(100, 'x')));
  EXPECT_EQ(f.scheduler.rings, 0);
  ASSERT_TRUE(f.write("x"));
  EXPECT_EQ(f.scheduler.rings, 1);
}

TEST(Write, OfNothingIsNothing) {
  SteppedFile f;
  EXPECT_FALSE(f.file->write(f.cursor, {}).error);
  EXPECT_EQ(f.file->statistics().accepted, 0u);
}

TEST(Seek, IsArithmeticOnTheLogicalSize) {
  SteppedFile f(SteppedFile::small_ring(), "0123");
  ASSERT_TRUE(f.seek(10) && f.write("ab"));
  EXPECT_TRUE(f.file->seek(f.cursor, -2, Whence::end));
  EXPECT_EQ(f.cursor.offset, 10u);
  EXPECT_TRUE(f.file->seek(f.cursor, -4, Whence::current));
  EXPECT_EQ(f.cursor.offset, 6u);
  EXPECT_FALSE(f.file->seek(f.cursor, -7, Whence::current));
  EXPECT_FALSE(f.file->seek(f.cursor, INT64_MIN, Whence::end));
  EXPECT_FALSE(f.file->seek(f.cursor, INT64_MAX, Whence::current));
  EXPECT_EQ(f.cursor.offset, 6u) << "an error leaves the cursor";
}

TEST(Patch, OfMoreThanTheMaximumIsRefused) {
  SteppedFile f;
  EXPECT_EQ(f.file->write_at(bytes_of(std::string(kMaxPatch + 1, 'x')), 0).error, Errc::limit);
  EXPECT_TRUE(f.write_at(std::string(kMaxPatch, 'x'), 0));
}

TEST(Patch, BeyondTheEndMovesTheLogicalSize) {
  SteppedFile f;
  ASSERT_TRUE(f.write_at("x", 99));
  EXPECT_EQ(f.file->statistics().logical_size, 100u);
}

TEST(Cut, ComesAfterEverythingAccepted) {
  SteppedFile f;
  f.scheduler.helpful = true;
  ASSERT_TRUE(f.write("abc"));
  EXPECT_FALSE(f.file->cut());
  EXPECT_EQ(f.disk.text(), "");
  EXPECT_EQ(f.file->statistics().logical_size, 0u);
}

TEST(Cut, IsNotTriedOnAFileThatFailed) {
  SteppedFile f(SteppedFile::small_ring(), "kept");
  f.disk.on_write = [](int) { return io_error(); };
  ASSERT_TRUE(f.write("x"));
  f.drain();
  EXPECT_EQ(f.file->cut(), io_error());
  EXPECT_EQ(f.disk.text(), "kept");
}

TEST(RetireSteps, ReleasesWhoWaitsAndTellsOfBytesThatNobodyWillWrite) {
  SteppedFile f;
  ASSERT_TRUE(f.write("late"));
  bool lost = false;
  EXPECT_TRUE(f.file->retire_steps(lost));
  EXPECT_TRUE(lost);
  EXPECT_EQ(f.file->flush(), Errc::stale_handle);
}

TEST(RetireSteps, GivesUpWhileSomebodyIsInsideAStep) {
  Options options = SteppedFile::small_ring();
  options.close_timeout = std::chrono::milliseconds(1);
  SteppedFile f(options);
  bool retired = true;
  bool lost = false;
  f.disk.on_write = [&](int) {
    retired = f.file->retire_steps(lost);
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  f.drain();
  EXPECT_FALSE(retired);
  EXPECT_EQ(f.disk.text(), "abc");
}

// Who syncs may have to write for the others first.
TEST(RetireSteps, KeepsNobodyFromWritingBeforeTheSyncIsOver) {
  SteppedFile f;
  std::atomic<bool> begun{false};
  bool lost = true;
  std::thread closer;
  f.disk.on_sync = [&](int) {
    closer = std::thread([&] {
      begun = true;
      EXPECT_TRUE(f.file->retire_steps(lost));
    });
    while (!begun) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) {
      EXPECT_TRUE(f.write("x"));
      const Step step = f.file->drain().write_step();
      EXPECT_EQ(step, Step::progressed);
      if (step != Step::progressed) break;
      std::this_thread::yield();
    }
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  EXPECT_FALSE(f.file->flush());
  closer.join();
  EXPECT_FALSE(lost);
}

// The sync step is taken first; it is given back to those who began to wait for it meanwhile.
TEST(RetireSteps, ThatGivesUpWakesWhoWaitsForASync) {
  Options options = SteppedFile::small_ring();
  options.close_timeout = std::chrono::milliseconds(50);
  SteppedFile f(options);
  std::thread flusher;
  f.disk.on_write = [&](int call) {
    if (call > 1) return std::error_code{};
    bool lost = false;
    std::thread closer([&] { EXPECT_FALSE(f.file->retire_steps(lost)); });
    while (f.file->drain().sync_step() != Step::busy) std::this_thread::yield();
    flusher = std::thread([&] { EXPECT_FALSE(f.file->flush()); });
    closer.join();
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  f.drain();
  flusher.join();
  EXPECT_EQ(f.file->statistics().durable, 3u);
}

// Whoever recovers what is left of it finishes it, unless something did fail.
TEST(End, OfAFileIsNoFailureInItsRegion) {
  SteppedFile f;
  ASSERT_TRUE(f.write("abc"));
  Drain& drain = f.file->drain();
  EXPECT_FALSE(drain.end());
  drain.fail({Errc::stale_handle, Operation::accept, 0, 3, 0});  // a writer that waited for room
  EXPECT_EQ(drain.header().failure.load(), 0u);
  drain.fail({io_error(), Operation::write, 0, 0, 0});
  EXPECT_EQ(drain.header().failure.load(), static_cast<std::uint64_t>(EIO));
  EXPECT_EQ(f.file->failure().error, Errc::stale_handle);
}

TEST(SetOptions, RefusesWhatIsFixedAtOpen) {
  SteppedFile f;
  Options options = SteppedFile::small_ring();
  options.age = std::chrono::milliseconds(5);
  EXPECT_FALSE(f.file->set_options(options));
  options.ring_bytes *= 2;
  EXPECT_EQ(f.file->set_options(options), Errc::option);
}

}  // namespace
}  // namespace ringproc::core
