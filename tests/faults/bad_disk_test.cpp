// The bad disk itself, by plain system calls: that each of its faults is one, so that the other
// tests here can fail.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "faults/support.hpp"

namespace {

class BadDisk : public faults::OnABadDisk {
 protected:
  [[nodiscard]] int open(const char* name, int flags = O_RDWR | O_CREAT) {
    return ::open(disk_->file(name).c_str(), flags | O_CLOEXEC, 0644);
  }
  static bool put(int fd, const std::string& text, off_t at = 0) {
    return ::pwrite(fd, text.data(), text.size(), at) == static_cast<ssize_t>(text.size());
  }
  void sync_directory() {
    const int fd = ::open(disk_->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    EXPECT_EQ(::fsync(fd), 0);
    ::close(fd);
  }
};

TEST_F(BadDisk, LosesWhatWasNotSynced) {
  const int fd = open("take");
  sync_directory();
  ASSERT_TRUE(put(fd, "not synced"));
  EXPECT_EQ(after_a_cut("none"), "");
  EXPECT_EQ(after_a_cut("all"), "not synced");
  EXPECT_EQ(faults::wrong_in(path(), "not synced"), "") << "a cut is a picture, no change";
  EXPECT_EQ(::fdatasync(fd), 0);
  EXPECT_EQ(after_a_cut("none"), "not synced");
  ::close(fd);
}

TEST_F(BadDisk, LosesANameWhoseDirectoryWasNotSynced) {
  const int fd = open("take");
  ASSERT_TRUE(put(fd, "text"));
  EXPECT_EQ(::fsync(fd), 0);
  EXPECT_EQ(after_a_cut("none"), std::nullopt);
  EXPECT_EQ(after_a_cut("all"), "text");
  sync_directory();
  EXPECT_EQ(after_a_cut("none"), "text");
  ASSERT_EQ(::rename(path().c_str(), disk_->file("other").c_str()), 0);
  EXPECT_EQ(after_a_cut("none"), "text");
  EXPECT_EQ(after_a_cut("none", 0, "other"), std::nullopt);
  sync_directory();
  EXPECT_EQ(after_a_cut("none", 0, "other"), "text");
  ASSERT_EQ(::unlink(disk_->file("other").c_str()), 0);
  EXPECT_EQ(after_a_cut("none", 0, "other"), "text");
  ::close(fd);
}

TEST_F(BadDisk, TearsAtSectors) {
  const int fd = open("take");
  ASSERT_TRUE(put(fd, std::string(64 * 512, 'a')));
  ASSERT_EQ(::fsync(fd), 0);
  sync_directory();
  ASSERT_TRUE(put(fd, std::string(64 * 512, 'b')));
  const std::string torn = after_a_cut("some", 1).value();
  ASSERT_EQ(torn.size(), 64U * 512);
  for (std::size_t i = 0; i < torn.size(); ++i) ASSERT_EQ(torn[i], torn[i / 512 * 512]);
  EXPECT_NE(torn.find('a'), std::string::npos);
  EXPECT_NE(torn.find('b'), std::string::npos);
  EXPECT_EQ(after_a_cut("some", 1).value(), torn) << "a seed decides";
  EXPECT_NE(after_a_cut("some", 2).value(), torn);
  ::close(fd);
}

TEST_F(BadDisk, BringsBackWhatWasCut) {
  const int fd = open("take");
  const std::string text = faults::text_of(3000);
  ASSERT_TRUE(put(fd, text));
  ASSERT_EQ(::fsync(fd), 0);
  sync_directory();
  ASSERT_EQ(::ftruncate(fd, 100), 0);
  ASSERT_TRUE(put(fd, "more", 2000));
  EXPECT_EQ(after_a_cut("none").value(), text);
  EXPECT_EQ(after_a_cut("all").value().size(), 2004U);
  ::close(fd);
}

// As ext4 does it: the second sync is a success that wrote nothing.
TEST_F(BadDisk, ForgetsWhatASyncCouldNotWrite) {
  const int fd = open("take");
  sync_directory();
  ASSERT_TRUE(put(fd, std::string(2000, 'x')));
  disk_->fault("fsync 1 1 EIO");
  EXPECT_EQ(::fdatasync(fd), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(::fdatasync(fd), 0);
  EXPECT_EQ(faults::wrong_in(path(), std::string(2000, 'x')), "") << "it can still be read";
  EXPECT_EQ(after_a_cut("all"), std::string(2000, '\0'));
  ASSERT_TRUE(put(fd, std::string(2000, 'y')));
  EXPECT_EQ(::fdatasync(fd), 0);
  EXPECT_EQ(after_a_cut("none"), std::string(2000, 'y')) << "written again is written";
  ::close(fd);
}

TEST_F(BadDisk, LiesAboutSyncs) {
  disk_->fault("fsync 1 1 lie");
  disk_->fault("fsyncdir 1 1 lie");
  const int fd = open("take");
  ASSERT_TRUE(put(fd, "text"));
  EXPECT_EQ(::fsync(fd), 0);
  sync_directory();
  EXPECT_EQ(after_a_cut("none"), std::nullopt);
  sync_directory();
  EXPECT_EQ(after_a_cut("none"), "");
  ::close(fd);
}

TEST_F(BadDisk, FailsTheCallThatIsMeant) {
  disk_->fault("write 2 1 ENOSPC take");
  const int fd = open("take");
  const int other = open("other");
  EXPECT_TRUE(put(fd, "first"));
  EXPECT_TRUE(put(other, "another file"));
  EXPECT_FALSE(put(fd, "second"));
  EXPECT_EQ(errno, ENOSPC);
  EXPECT_TRUE(put(fd, "third"));
  EXPECT_EQ(disk_->count("write"), 4U);
  disk_->fault("write 1 1 limit 3");
  EXPECT_EQ(::pwrite(fd, "abcdef", 6, 0), 3);
  disk_->fault("fsync 1 1 EINTR");
  EXPECT_EQ(::fsync(fd), -1);
  EXPECT_EQ(errno, EINTR);
  ::close(fd);
  ::close(other);
}

TEST_F(BadDisk, HoldsACallUntilItIsReleased) {
  const int fd = open("take");
  disk_->fault("write 1 1 hang");
  auto held = std::async(std::launch::async, [&] { return ::pwrite(fd, "abcdef", 6, 0); });
  EXPECT_EQ(disk_->hanging(1), 1U);
  disk_->release("half");
  EXPECT_EQ(held.get(), 3);
  ::close(fd);
}

// Whether or not its thread has run since: else who waits for the next to hang is told of this one.
TEST_F(BadDisk, CountsNoReleasedCallAsHanging) {
  constexpr std::size_t kCalls = 8;
  disk_->fault("write 1 0 hang");
  std::vector<std::future<bool>> held;
  for (std::size_t i = 0; i < kCalls; ++i) {
    held.push_back(std::async(std::launch::async, [this, name = std::to_string(i)] {
      const int fd = open(name.c_str());
      const bool done = put(fd, "text");
      ::close(fd);
      return done;
    }));
  }
  EXPECT_EQ(disk_->hanging(kCalls), kCalls);
  disk_->release();
  EXPECT_EQ(disk_->hanging(), 0U);
  for (auto& one : held) EXPECT_TRUE(one.get());
}

TEST_F(BadDisk, CountsDirectWrites) {
  const int fd = open("take", O_RDWR | O_CREAT | O_DIRECT);
  ASSERT_GE(fd, 0) << errno;
  alignas(4096) static char block[4096] = {'x'};
  EXPECT_EQ(::pwrite(fd, block, sizeof block, 0), 4096);
  EXPECT_EQ(disk_->count("direct"), 1U);
  EXPECT_EQ(disk_->count("write"), 1U);
  EXPECT_EQ(::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1 << 20), 0);
  struct stat now {};
  EXPECT_EQ(::fstat(fd, &now), 0);
  EXPECT_EQ(now.st_size, 4096);
  EXPECT_GE(now.st_blocks, 2048);
  ::close(fd);
}

}  // namespace
