// What the drain tells recovery of each change of the file, before and after it.
#include "region/journal.hpp"

#include <gtest/gtest.h>

#include "recover/identity.hpp"
#include "support/stepped_file.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::core {
namespace {

class JournalTest : public testing::Test {
 protected:
  Journal& journal() { return f.file->drain().header().journal; }
  const FileMark& mark() { return journal().marks[journal().settled % 2]; }
  std::string why(const FileState& now, const Batch& next = {}) {
    FakeBackend backend(f.disk);
    return why_changed(f.file->drain().header(), now, false, next, backend);
  }
  static FileState state(std::uint64_t size, std::uint64_t modified = 2,
                         std::uint64_t changed = 3) {
    return {{1, 1}, size, 1, modified, changed};
  }

  TemporaryPlace place;
  SteppedFile f{SteppedFile::small_ring(), "12345678", place.place};
};

TEST_F(JournalTest, BeginsBeforeAWriteAndSettlesAfterIt) {
  std::uint64_t begun = 0;
  std::uint64_t settled = 0;
  f.disk.on_write = [&](int) {
    begun = journal().begun;
    settled = journal().settled;
    return std::error_code{};
  };
  ASSERT_TRUE(f.seek(5) && f.write("abcdef"));
  f.drain();
  EXPECT_EQ(begun, settled + 1) << "during the write";
  EXPECT_EQ(journal().file_offset, 5u);
  EXPECT_EQ(journal().length, 6u);
  EXPECT_GT(journal().time_ns, 0u);
  EXPECT_EQ(journal().begun, journal().settled) << "after it";
  EXPECT_EQ(mark().size, 11u);
}

TEST_F(JournalTest, SettlesAFailedWriteToo) {
  f.disk.on_write = [](int) { return io_error(); };
  ASSERT_TRUE(f.write("abc"));
  f.drain();
  EXPECT_EQ(journal().begun, journal().settled);
  EXPECT_NE(f.file->drain().header().failure, 0u);
}

TEST_F(JournalTest, ACutIsAChangeOfItsOwnKind) {
  ASSERT_FALSE(f.file->cut());
  EXPECT_EQ(journal().length, kCut);
  EXPECT_EQ(journal().file_offset, 0u);
  EXPECT_EQ(mark().size, 0u);
}

TEST_F(JournalTest, TheStateItKnowsIsNoChange) { EXPECT_EQ(why(state(8)), ""); }

TEST_F(JournalTest, AnyOtherStateIsAChange) {
  EXPECT_NE(why(state(9)), "");
  EXPECT_NE(why(state(8, 4)), "");
  EXPECT_NE(why(state(8, 2, 4)), "");
}

// Where the file's times come from our clock they are not looked at between flushes.
class LocalTimes : public JournalTest {
 protected:
  void SetUp() override {
    f.disk.has_local_times = true;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(mark().since_ns, 0u);
      ASSERT_TRUE(f.seek(0) && f.write("1"));
      ASSERT_FALSE(f.file->flush());
    }
    since = mark().since_ns;
    until = mark().modified_ns;
  }
  std::uint64_t since = 0;
  std::uint64_t until = 0;
};

TEST_F(LocalTimes, AreKnownToLieBetweenTheWritesBeginningAndEnd) {
  EXPECT_EQ(since, journal().time_ns);
  EXPECT_GE(until, since);
  EXPECT_EQ(mark().changed_ns, until);
  EXPECT_EQ(mark().size, 8u);
  EXPECT_EQ(why(state(8, since, since)), "");
  EXPECT_EQ(why(state(8, until, until)), "");
}

TEST_F(LocalTimes, OfAnyOtherChangeAreLaterOrLongBefore) {
  EXPECT_NE(why(state(8, until + 1, until + 1)), "");
  EXPECT_NE(why(state(8, since, until + 1)), "") << "a time set back tells itself";
  EXPECT_NE(why(state(8, since - 60'000'000'000, until)), "");
  EXPECT_NE(why(state(9, until, until)), "");
}

TEST_F(LocalTimes, AreAskedForAgainWhenNobodyFlushes) {
  ASSERT_TRUE(f.write("2"));
  f.drain();
  EXPECT_EQ(mark().since_ns, 0u);
  EXPECT_EQ(mark().modified_ns, 2u);
}

TEST_F(JournalTest, AfterTheOwnersRenameOnlyTheChangeTimeMayDiffer) {
  f.file->rename({"/renamed", "/renamed"});
  EXPECT_EQ(why(state(8, 2, 4)), "");
  EXPECT_NE(why(state(8, 4, 4)), "");
}

// The owner died in the write at 5 of 6 bytes, which it began at `t`.
class OpenJournal : public JournalTest {
 protected:
  void SetUp() override {
    begin_change(f.file->drain().header(), 5, 6, 0);
    t = journal().time_ns;
  }
  std::uint64_t t = 0;
};

TEST_F(OpenJournal, ExplainsAnUntouchedAPartialAndACompleteWrite) {
  EXPECT_EQ(why(state(8)), "");
  EXPECT_EQ(why(state(10, t + 1000, t + 1000)), "");
  EXPECT_EQ(why(state(11, t + 1000, t + 1000)), "");
}

TEST_F(OpenJournal, ExplainsNoCutAndNoGrowthBeyondTheWrite) {
  EXPECT_NE(why(state(7, t + 1000, t + 1000)), "");
  EXPECT_NE(why(state(12, t + 1000, t + 1000)), "");
}

TEST_F(OpenJournal, ExplainsNoChangeFromBeforeItBegan) {
  EXPECT_NE(why(state(8, t - 60'000'000'000, t)), "");
}

TEST_F(OpenJournal, ExplainsALateChangeOnlyIfTheFileShowsTheOwnersBytes) {
  const std::uint64_t late = t + 60'000'000'000;
  const std::string ours = "abcdef";
  Batch next;
  next.file_offset = 5;
  next.length = 6;
  next.parts[0] = bytes_of(ours);
  next.part_count = 1;
  EXPECT_NE(why(state(8, late, late), next), "");
  const auto content = bytes_of("12345abcdef");
  f.disk.bytes.assign(content.begin(), content.end());
  EXPECT_EQ(why(state(11, late, late), next), "");
  f.disk.bytes[10] = std::byte{'X'};
  EXPECT_NE(why(state(11, late, late), next), "") << "all of them";
}

TEST_F(OpenJournal, ExplainsGrowthOnlyByTheOwnersBytes) {
  const std::string ours = "abcdef";
  Batch next;
  next.file_offset = 5;
  next.length = 6;
  next.parts[0] = bytes_of(ours);
  next.part_count = 1;
  const auto partly = bytes_of("12345678de");
  f.disk.bytes.assign(partly.begin(), partly.end());
  EXPECT_EQ(why(state(10, t + 1000, t + 1000), next), "");
  f.disk.bytes[9] = std::byte{'X'};
  EXPECT_NE(why(state(10, t + 1000, t + 1000), next), "");
  // The write was over, and `next` is another one at the same place, which is still to come.
  f.file->drain().header().written = 6;
  EXPECT_EQ(why(state(11, t + 1000, t + 1000), next), "");
}

// Killed after the write was made whole and before that was told: it has left one size only.
TEST_F(OpenJournal, ExplainsOneSizeOnlyOfAWriteThatWasMadeWhole) {
  f.file->drain().header().written = 6;
  EXPECT_EQ(why(state(11, t + 1000, t + 1000)), "");
  EXPECT_NE(why(state(8, t + 1000, t + 1000)), "");
  EXPECT_NE(why(state(10, t + 1000, t + 1000)), "");
}

// Two changes in a row that could not be settled must not spoil the mark that counts.
TEST_F(OpenJournal, KeepsTheValidMarkWhileChangesStayOpen) {
  begin_change(f.file->drain().header(), 0, 4, 0);
  EXPECT_EQ(mark().size, 8u);
  settle_change(journal(), state(20), 0);
  EXPECT_EQ(mark().size, 20u);
  EXPECT_EQ(journal().begun, journal().settled);
}

}  // namespace
}  // namespace ringproc::core
