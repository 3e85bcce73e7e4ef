#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

std::uint64_t durable(SteppedFile& f) { return f.file->drain().header().durable; }

TEST(SyncStep, ClaimsOnlyWhatWasWrittenBeforeItBegan) {
  SteppedFile f;
  ASSERT_TRUE(f.write("first"));
  f.drain();
  ASSERT_TRUE(f.write("second"));
  f.disk.on_sync = [&](int) {
    f.drain();  // written while the sync runs
    return std::error_code{};
  };

  EXPECT_EQ(f.file->drain().sync_step(), Step::progressed);

  EXPECT_EQ(f.file->drain().header().written, 11u);
  EXPECT_EQ(durable(f), 5u);
}

TEST(Flush, CoversEverythingAcceptedBeforeIt) {
  SteppedFile f;
  ASSERT_TRUE(f.write("abc"));
  ASSERT_TRUE(f.write_at("Z", 1));

  EXPECT_FALSE(f.file->flush());

  EXPECT_EQ(std::string(reinterpret_cast<char*>(f.disk.durable.data()), f.disk.durable.size()),
            "aZc");
  EXPECT_EQ(durable(f), 3u);
}

TEST(Flush, SyncsNothingWhenAllIsDurable) {
  SteppedFile f;
  ASSERT_TRUE(f.write("abc"));
  ASSERT_FALSE(f.file->flush());
  ASSERT_FALSE(f.file->flush());
  EXPECT_EQ(f.disk.syncs, 1);
}

TEST(Flush, SyncsTheDirectoryEntryOnceForEveryOpen) {
  SteppedFile f;
  f.file->drain().name_is_due();
  ASSERT_FALSE(f.file->flush());
  ASSERT_TRUE(f.write("abc"));
  ASSERT_FALSE(f.file->flush());
  EXPECT_EQ(f.disk.name_syncs, 1);

  f.file->drain().name_is_due();
  ASSERT_FALSE(f.file->flush());
  EXPECT_EQ(f.disk.name_syncs, 2);
}

TEST(Flush, DoesNotReturnOnANameThatASyncUnderWayDoesNotCover) {
  SteppedFile f;
  bool once = true;
  f.disk.on_sync = [&](int) {
    if (std::exchange(once, false))
      f.file->drain().name_is_due();  // a second open, during the sync
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  ASSERT_FALSE(f.file->flush());
  EXPECT_EQ(f.disk.name_syncs, 0);
  ASSERT_FALSE(f.file->flush());
  EXPECT_EQ(f.disk.name_syncs, 1);
}

TEST(Flush, SaysWhenTheSystemCannotSyncNames) {
  SteppedFile f;
  f.disk.name_error = std::make_error_code(std::errc::not_supported);
  f.file->drain().name_is_due();
  EXPECT_FALSE(f.file->flush());
  EXPECT_FALSE(f.file->statistics().can_sync_name);
}

TEST(Flush, AnErrorOfTheNameSyncIsAFailure) {
  SteppedFile f;
  f.disk.name_error = io_error();
  f.file->drain().name_is_due();
  EXPECT_EQ(f.file->flush(), io_error());
  EXPECT_EQ(f.file->failure().operation, Operation::sync_name);
}

TEST(Flush, NoSyncFollowsAFailedSync) {
  SteppedFile f;
  f.disk.on_sync = [](int call) { return call == 1 ? io_error() : std::error_code{}; };
  ASSERT_TRUE(f.write("abc"));

  EXPECT_EQ(f.file->flush(), io_error());
  EXPECT_EQ(f.file->flush(), io_error());
  EXPECT_FALSE(f.write("more"));
  EXPECT_EQ(f.read(0, 3), "error: " + io_error().message());

  EXPECT_EQ(f.disk.syncs, 1);
  EXPECT_EQ(durable(f), 0u);
}

TEST(Flush, WithLevelOsOnlyHandsOver) {
  Options options = SteppedFile::small_ring();
  options.flush = Until::os;
  SteppedFile f(options);
  ASSERT_TRUE(f.write("abc"));
  EXPECT_FALSE(f.file->flush());
  EXPECT_EQ(f.disk.text(), "abc");
  EXPECT_EQ(f.disk.syncs, 0);
}

TEST(Flush, TimesOutAsUnknownAndALaterOneDecides) {
  Options options = SteppedFile::small_ring();
  options.flush_timeout = std::chrono::milliseconds(1);
  SteppedFile f(options);  // nobody runs the steps
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.file->flush(), Errc::timeout);
  EXPECT_FALSE(f.file->drain().failed());

  f.scheduler.helpful = true;
  EXPECT_FALSE(f.file->flush());
  EXPECT_EQ(durable(f), 3u);
}

TEST(Flush, WriteFlushRingsNobody) {
  SteppedFile f;
  EXPECT_EQ(f.file->write_flush(f.cursor, bytes_of("abc")).bytes, 3u);
  EXPECT_EQ(f.scheduler.rings, 0);
  EXPECT_EQ(durable(f), 3u);
}

TEST(SyncStep, CallsTheHelperThatFoundItBusy) {
  Options options = SteppedFile::small_ring();
  options.flush_timeout = std::chrono::milliseconds(1);
  SteppedFile f(options);
  ASSERT_TRUE(f.write("abc"));
  f.drain();
  f.disk.on_sync = [&](int call) {
    if (call > 1) return std::error_code{};
    EXPECT_TRUE(f.write("more"));
    EXPECT_EQ(f.file->flush(),
              Errc::timeout);  // asks for a sync that the running one does not cover
    EXPECT_EQ(f.file->drain().work(UINT64_MAX), Step::busy);
    f.scheduler.helpful = true;
    return std::error_code{};
  };
  EXPECT_EQ(f.file->drain().sync_step(), Step::progressed);
  EXPECT_EQ(durable(f), 7u);
}

TEST(Work, WritesWhatATimedFlushAskedForWhileItSynced) {
  Options options = SteppedFile::small_ring();
  options.flush_timeout = std::chrono::milliseconds(1);
  SteppedFile f(options);
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.file->flush(), Errc::timeout);
  f.disk.on_sync = [&](int call) {
    if (call == 1) {
      EXPECT_TRUE(f.write("more"));
      EXPECT_EQ(f.file->flush(), Errc::timeout);
    }
    return call > 5 ? io_error() : std::error_code{};  // ends a work that would sync for ever
  };
  EXPECT_EQ(f.file->drain().work(UINT64_MAX), Step::nothing);
  EXPECT_EQ(durable(f), 7u);
  EXPECT_EQ(f.disk.syncs, 2);
}

TEST(Flush, OneSyncServesAllWhoseBytesWereWrittenBeforeIt) {
  constexpr int kCallers = 8;
  SteppedFile f;
  std::mutex m;
  std::condition_variable changed;
  int arrived = 0;
  f.disk.on_sync = [&](int call) {
    // The first sync ends only when all others wait for the second.
    std::unique_lock lock(m);
    if (call == 1) changed.wait(lock, [&] { return arrived == kCallers - 1; });
    return std::error_code{};
  };
  const auto flush = [&](int caller) {
    Cursor at{static_cast<std::uint64_t>(caller)};
    ASSERT_FALSE(f.file->write(at, bytes_of("x")).error);
    if (caller != 0) {
      const std::lock_guard lock(m);
      ++arrived;
      changed.notify_all();
    }
    EXPECT_FALSE(f.file->flush());
  };
  std::thread leader([&] { flush(0); });
  while (f.file->statistics().flushes == 0) std::this_thread::yield();
  std::vector<std::thread> others;
  for (int i = 1; i < kCallers; ++i) others.emplace_back(flush, i);
  leader.join();
  for (auto& thread : others) thread.join();

  EXPECT_EQ(durable(f), static_cast<std::uint64_t>(kCallers));
  // One each would be 8. How many of the others the second sync covers is up to the scheduler of
  // the OS.
  EXPECT_LT(f.disk.syncs, kCallers);
}

// Callers that come during a sync leave their bytes to whoever leads the next one.
TEST(Flush, TheNextLeaderWritesForAllInOneGo) {
  constexpr int kOthers = 6;
  SteppedFile f;
  std::mutex m;
  std::condition_variable changed;
  int entered = 0;
  std::atomic<bool> syncing{false};
  f.disk.on_sync = [&](int call) {
    syncing = true;
    std::unique_lock lock(m);
    if (call == 1) changed.wait(lock, [&] { return entered == kOthers; });
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("x"));
  std::thread leader([&] { EXPECT_FALSE(f.file->flush()); });
  while (!syncing) std::this_thread::yield();
  std::vector<std::thread> others;
  for (int i = 0; i < kOthers; ++i) {
    others.emplace_back([&] {
      {
        const std::lock_guard lock(m);
        ASSERT_TRUE(f.write("y"));
        ++entered;
      }
      changed.notify_all();
      EXPECT_FALSE(f.file->flush());
    });
  }
  leader.join();
  for (auto& thread : others) thread.join();
  EXPECT_EQ(durable(f), kOthers + 1u);
  EXPECT_EQ(f.disk.writes.size(), 2u);
}

}  // namespace
}  // namespace ringproc::core
