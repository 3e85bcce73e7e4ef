// One suite over all backends: what the drain relies on.
#include "backend/backend.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "support/fake_backend.hpp"

namespace ringproc::core {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = testing::TempDir() + "/ringproc-backend-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Fake {
  FakeDisk disk;
  std::unique_ptr<Backend> open() { return std::make_unique<FakeBackend>(disk); }
};

struct Posix {
  TemporaryDirectory directory;
  std::unique_ptr<Backend> open() {
    std::error_code error;
    auto file = open_file(directory / "file", {true, true, true, false, false}, error);
    EXPECT_FALSE(error) << error.message();
    return file;
  }
};

template <typename Kind>
class BackendTest : public testing::Test {
 protected:
  Kind kind;
  std::unique_ptr<Backend> file = kind.open();

  IoResult write(std::string_view text, std::uint64_t offset) {
    const std::span<const std::byte> part = bytes_of(text);
    return file->write_at(std::span(&part, 1), offset);
  }
  std::string read(std::uint64_t offset, std::size_t size) {
    std::string text(size, '?');
    const IoResult result = file->read_at(std::as_writable_bytes(std::span(text)), offset);
    EXPECT_FALSE(result.error);
    return text.substr(0, result.bytes);
  }
};

using Kinds = testing::Types<Fake, Posix>;
TYPED_TEST_SUITE(BackendTest, Kinds);

TYPED_TEST(BackendTest, WritesPartsOneAfterTheOther) {
  const std::array parts{bytes_of("abc"), bytes_of("de")};
  EXPECT_EQ(this->file->write_at(parts, 2).bytes, 5u);
  EXPECT_EQ(this->read(0, 10), std::string("\0\0abcde", 7));
}

TYPED_TEST(BackendTest, ReadsUpToTheEnd) {
  ASSERT_EQ(this->write("hello", 0).bytes, 5u);
  EXPECT_EQ(this->read(3, 10), "lo");
  EXPECT_EQ(this->read(5, 10), "");
  EXPECT_EQ(this->read(500, 10), "");
}

TYPED_TEST(BackendTest, SyncsDataAndName) {
  ASSERT_EQ(this->write("hello", 0).bytes, 5u);
  EXPECT_FALSE(this->file->sync());
  EXPECT_FALSE(this->file->sync_name());
}

TYPED_TEST(BackendTest, TellsSizeAndIdentity) {
  ASSERT_EQ(this->write("hello", 7).bytes, 5u);
  std::error_code error;
  const FileState state = this->file->state(error);
  EXPECT_FALSE(error);
  EXPECT_EQ(state.size, 12u);
  EXPECT_NE(state.id, FileId{});
}

TYPED_TEST(BackendTest, Truncates) {
  ASSERT_EQ(this->write("hello", 0).bytes, 5u);
  EXPECT_FALSE(this->file->truncate(2));
  EXPECT_EQ(this->read(0, 10), "he");
}

TYPED_TEST(BackendTest, ClosesOnce) {
  EXPECT_FALSE(this->file->close());
  EXPECT_FALSE(this->file->close());
}

// On ext4 a file that was cut is written out by its close, an empty one too.
TEST(PosixFile, CuttingAnEmptyFileLeavesItAlone) {
  Posix posix;
  const auto file = posix.open();
  std::array<timespec, 2> long_ago{};
  long_ago[1].tv_sec = 1000;
  ASSERT_EQ(::futimens(static_cast<int>(file->native()), long_ago.data()), 0);
  EXPECT_FALSE(file->truncate(0));
  std::error_code error;
  EXPECT_EQ(file->state(error).modified_ns, 1'000'000'000'000u);
}

// Space that was reserved beyond the end belongs to the old contents.
TEST(PosixFile, CuttingAnEmptyFileGivesReservedSpaceBack) {
  Posix posix;
  const auto file = posix.open();
  const int fd = static_cast<int>(file->native());
  ASSERT_EQ(::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 65536), 0);
  EXPECT_FALSE(file->truncate(0));
  struct stat now {};
  ASSERT_EQ(::fstat(fd, &now), 0);
  EXPECT_EQ(now.st_blocks, 0);
}

std::error_code open_error(const std::string& path, bool write = true) {
  std::error_code error;
  EXPECT_EQ(open_file(path, {true, write, false, false, false}, error), nullptr);
  return error;
}

TEST(OpenFile, RefusesWhatIsNoRegularFile) {
  TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(open_error(directory / ".", false), std::errc::is_a_directory);
  EXPECT_EQ(open_error(directory / "fifo"), Errc::not_a_file);
  EXPECT_EQ(open_error("/dev/null"), Errc::not_a_file);
  EXPECT_EQ(open_error(directory / "missing"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(open_error(directory / "missing/file"), std::errc::no_such_file_or_directory);
  EXPECT_TRUE(parent_is_missing(directory / "missing/file"));
  EXPECT_FALSE(parent_is_missing(directory / "file"));
  EXPECT_EQ(open_error("/" + std::string(5000, 'n')), std::errc::filename_too_long);
}

TEST(AdoptFile, TakesThePositionAndRefusesAppendAndPipes) {
  TemporaryDirectory directory;
  std::ofstream(directory / "file") << "0123456789";
  std::uint64_t position = 0;
  std::error_code error;
  const int fd = ::open((directory / "file").c_str(), O_RDWR);
  ::lseek(fd, 4, SEEK_SET);
  EXPECT_NE(adopt_file(fd, {true, true, false, false, false}, &position, error), nullptr);
  EXPECT_EQ(position, 4u);

  const int append = ::open((directory / "file").c_str(), O_RDWR | O_APPEND);
  EXPECT_EQ(adopt_file(append, {true, true, false, false, false}, &position, error), nullptr);
  EXPECT_EQ(error, Errc::not_a_file);

  int pipes[2];
  ASSERT_EQ(::pipe(pipes), 0);
  EXPECT_EQ(adopt_file(pipes[1], {false, true, false, false, false}, &position, error), nullptr);
  EXPECT_EQ(error, Errc::not_a_file);
  EXPECT_EQ(adopt_file(9999, {}, &position, error), nullptr);
  for (const int open : {fd, append, pipes[0], pipes[1]}) EXPECT_EQ(::close(open), 0);
}

TEST(Share, DeniesBetweenDescriptionsAndIsGivenUp) {
  TemporaryDirectory directory;
  std::error_code error;
  const OpenRequest read_write{true, true, true, false, false};
  auto first = open_file(directory / "file", read_write, error);
  auto second = open_file(directory / "file", read_write, error);
  ASSERT_FALSE(first->share({true, true, true, false, true}));
  EXPECT_EQ(second->share(read_write), Errc::sharing);
  EXPECT_FALSE(second->share({true, false, false, false, false}));
  ASSERT_FALSE(first->share(read_write));
  EXPECT_FALSE(second->share(read_write));
  EXPECT_TRUE(first->locks());
}

}  // namespace
}  // namespace ringproc::core
