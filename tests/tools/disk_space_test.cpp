// How much a disk has room for, and whether the file that is recorded into is still there.
#include "disk_space.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "disk_watch.hpp"
#include "scripted_target.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kFormat{SampleFormat::s16, 1, 50'000};  // 100,000 bytes a second
constexpr double kLong = 1e9;

TEST(TimeLeft, HasTwoUnitsAtMost) {
  EXPECT_EQ(time_left_text(0), "0.0 s");
  EXPECT_EQ(time_left_text(9.94), "9.9 s");
  EXPECT_EQ(time_left_text(59.9), "59 s");
  EXPECT_EQ(time_left_text(60), "1m00s");
  EXPECT_EQ(time_left_text(7'999), "2h13m");
  EXPECT_EQ(time_left_text(90'000), "1d01h");
}

TEST(DiskSpace, EndsWhereMinFreeBegins) {
  const DiskSpace space(kFormat, 30);
  EXPECT_FALSE(space.must_end(3'000'000));
  EXPECT_TRUE(space.must_end(2'999'999));
  EXPECT_EQ(space.reason(2'500'000),
            "the disk has room for only 25 s (2.5 MB) more, and --min-free asks for 30 s");
}

TEST(DiskSpace, WithoutMinFreeNeverEnds) { EXPECT_FALSE(DiskSpace(kFormat, 0).must_end(0)); }

TEST(DiskSpace, WarnsOnceWhenLessThanAMinuteIsLeft) {
  DiskSpace space(kFormat, 0);
  EXPECT_EQ(space.warning(6'000'000, kLong), "");
  EXPECT_EQ(space.warning(5'900'000, kLong),
            "WARNING: the disk has room for only 59 s (5.9 MB) more");
  EXPECT_EQ(space.warning(5'000'000, kLong), "");
}

TEST(DiskSpace, WarnsAMinuteBeforeMinFreeEndsIt) {
  DiskSpace space(kFormat, 30);
  EXPECT_EQ(space.warning(9'000'000, kLong), "");
  EXPECT_EQ(space.warning(8'900'000, kLong),
            "WARNING: the disk has room for only 1m29s (8.9 MB) more; at 30 s the recording ends "
            "(--min-free)");
}

TEST(DiskSpace, DoesNotWarnWhoEndsBefore) {
  DiskSpace space(kFormat, 0);
  EXPECT_EQ(space.warning(1'000'000, 9.9), "");
  EXPECT_NE(space.warning(1'000'000, 10.1), "");
}

TEST(FreeBytes, AreThoseOfTheDirectoryBeforeTheFileIsThere) {
  const auto here = std::filesystem::temp_directory_path() / "ringproc-no-such-file";
  EXPECT_TRUE(free_bytes(here.string()));
  EXPECT_TRUE(free_bytes("no-such-file"));
  EXPECT_FALSE(free_bytes("/no/such/directory/take.wav"));
}

class DiskWatches : public testing::Test {
 protected:
  void make_file() {
    std::filesystem::create_directory(below);
    std::ofstream(path) << "samples";
  }
  [[nodiscard]] bool deleted_after_look() {
    watch->look();
    return watch->is_deleted();
  }
  void begin() {
    std::filesystem::create_directory(below);
    watch = std::make_unique<DiskWatch>(path, target, [this] { ++looks; });
  }

  core::TemporaryDirectory directory{std::filesystem::temp_directory_path()};
  std::string below = directory.file("below");
  std::string path = below + "/take.wav";
  ScriptedTarget target;
  int looks = 0;
  std::unique_ptr<DiskWatch> watch;
};

TEST_F(DiskWatches, DeductWhatWaitsInTheRing) {
  begin();
  watch->look();
  ASSERT_TRUE(watch->room_bytes());
  target.told_marks = {std::uint64_t{1} << 62, 0, 0};
  watch->look();
  EXPECT_EQ(watch->room_bytes(), 0U);
  target.told_marks.written = target.told_marks.accepted;
  watch->look();
  EXPECT_GT(watch->room_bytes(), 0U);
  EXPECT_EQ(looks, 3);
}

// The recording will grow into it.
TEST_F(DiskWatches, KnowWhatIsReservedForTheFile) {
  make_file();
  begin();
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const int refused = ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 1 << 20);
  ::close(file);
  if (refused != 0) GTEST_SKIP() << "nothing can be reserved on this file system";
  const os::WatchedFile watched(path);
  EXPECT_GE(watched.reserved_bytes(), (1U << 20) - 4096U);
}

TEST_F(DiskWatches, SeeThatTheFileIsDeleted) {
  make_file();
  begin();
  EXPECT_FALSE(deleted_after_look());
  std::filesystem::remove(path);
  EXPECT_TRUE(deleted_after_look());
}

TEST_F(DiskWatches, SeeThatAnotherTookItsName) {
  make_file();
  begin();
  EXPECT_FALSE(deleted_after_look());
  std::ofstream(below + "/other") << "samples";
  std::filesystem::rename(below + "/other", path);
  EXPECT_TRUE(deleted_after_look());
}

TEST_F(DiskWatches, DoNotMindARename) {
  make_file();
  begin();
  EXPECT_FALSE(deleted_after_look());
  std::filesystem::rename(below, directory.file("elsewhere"));
  EXPECT_FALSE(deleted_after_look());
}

// As the recorder does it once the header is durable.
TEST_F(DiskWatches, DoNotMindThatTheFileGetsItsName) {
  make_file();
  begin();
  std::filesystem::rename(path, below + "/name");
  EXPECT_FALSE(deleted_after_look());
  EXPECT_TRUE(watch->room_bytes());
}

TEST_F(DiskWatches, LookAtOnceWhenStarted) {
  begin();
  watch->start();
  watch->stop();
  EXPECT_EQ(looks, 1);
}

}  // namespace
}  // namespace ringproc::tool
