// Handles on one file: attaching, share modes within the process, create, flush.
#include "api/support.hpp"

namespace {

using api::bytes;
using api::Mode;

class Handles : public testing::Test {
 protected:
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
};

TEST_F(Handles, ASecondOneSeesPendingBytes) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_FALSE(first.write(bytes("pending")).error);
  auto second = api::open(path_, Mode::read);
  EXPECT_EQ(api::read_all(second), "pending");
  EXPECT_EQ(first.stats().handles, 2U);
}

TEST_F(Handles, EachHasItsOwnOffset) {
  auto first = api::open(path_, api::kCreate);
  auto second = api::open(path_, api::kReadWrite);
  ASSERT_FALSE(first.write(bytes("aaaa")).error);
  ASSERT_FALSE(second.write(bytes("bb")).error);
  EXPECT_EQ(api::read_all(first), "bbaa");
}

TEST_F(Handles, AWriterMayAttachToAReader) {
  api::put_on_disk(path_, "12345");
  auto reader = api::open(path_, Mode::read);
  auto writer = api::open(path_, api::kReadWrite);
  ASSERT_FALSE(writer.write(bytes("abc")).error);
  EXPECT_EQ(api::read_all(reader), "abc45");
  EXPECT_FALSE(writer.close());
  EXPECT_EQ(api::read_all(reader), "abc45");
  EXPECT_EQ(api::on_disk(path_), "abc45");
}

TEST_F(Handles, AReaderStaysWhenTheWriterIsClosed) {
  auto writer = api::open(path_, api::kCreate);
  auto reader = api::open(path_, Mode::read);
  ASSERT_FALSE(writer.write(bytes("abc")).error);
  EXPECT_FALSE(writer.close());
  EXPECT_EQ(api::read_all(reader), "abc");
  EXPECT_FALSE(reader.close());
  EXPECT_EQ(api::on_disk(path_), "abc");
}

TEST_F(Handles, ASymbolicLinkLeadsToTheSameRing) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_EQ(::symlink(path_.c_str(), directory_.file("link").c_str()), 0);
  ASSERT_FALSE(first.write(bytes("pending")).error);
  auto second = api::open(directory_.file("link"), Mode::read);
  EXPECT_EQ(api::read_all(second), "pending");
}

TEST_F(Handles, AHardLinkLeadsToTheSameRing) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_EQ(::link(path_.c_str(), directory_.file("link").c_str()), 0);
  ASSERT_FALSE(first.write(bytes("pending")).error);
  auto second = api::open(directory_.file("link"), Mode::read);
  EXPECT_EQ(api::read_all(second), "pending");
}

TEST_F(Handles, AFileReplacedUnderItsNameIsAnotherFile) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_FALSE(first.write(bytes("old")).error);
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  auto second = api::open(path_, api::kCreate);
  ASSERT_FALSE(second.write(bytes("new")).error);
  EXPECT_EQ(api::read_all(first), "old");
  EXPECT_FALSE(first.close());
  EXPECT_FALSE(second.close());
  EXPECT_EQ(api::on_disk(path_), "new");
}

TEST_F(Handles, CreateCutsAnOpenFileInOrder) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_FALSE(first.write(bytes("before the cut")).error);
  auto second = api::open(path_, api::kCreate);
  EXPECT_EQ(api::read_all(first), "");
  EXPECT_EQ(second.stats().logical_size, 0U);
  ASSERT_FALSE(second.write(bytes("after")).error);
  EXPECT_EQ(api::read_all(first), "after");
  EXPECT_FALSE(first.close());
  EXPECT_FALSE(second.close());
  EXPECT_EQ(api::on_disk(path_), "after");
}

TEST_F(Handles, AWriteBehindTheCutLeavesAHole) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_FALSE(first.write(bytes("1234")).error);
  ASSERT_FALSE(api::open(path_, api::kCreate).close());
  ASSERT_FALSE(first.write(bytes("5")).error);
  EXPECT_FALSE(first.close());
  EXPECT_EQ(api::on_disk(path_), std::string("\0\0\0\0005", 5));
}

TEST_F(Handles, OpenWithoutCreateKeepsTheContents) {
  api::put_on_disk(path_, "12345");
  auto file = api::open(path_, api::kReadWrite);
  EXPECT_EQ(file.stats().logical_size, 5U);
  EXPECT_EQ(api::read_all(file), "12345");
}

TEST_F(Handles, AReaderMayNotWrite) {
  api::put_on_disk(path_, "12345");
  auto file = api::open(path_, Mode::read);
  EXPECT_EQ(file.write(bytes("x")).error.value(), RINGPROC_E_ACCESS);
  EXPECT_EQ(file.write_at(bytes("x"), 0).error.value(), RINGPROC_E_ACCESS);
  EXPECT_EQ(file.write_flush(bytes("x")).error.value(), RINGPROC_E_ACCESS);
  EXPECT_FALSE(file.close());
  EXPECT_EQ(api::on_disk(path_), "12345");
}

TEST_F(Handles, AWriterMayNotRead) {
  auto file = api::open(path_, Mode::write | Mode::create);
  std::byte one{};
  EXPECT_EQ(file.read(std::span(&one, 1)).error.value(), RINGPROC_E_ACCESS);
}

TEST_F(Handles, MovingOneKeepsItOpen) {
  auto first = api::open(path_, api::kCreate);
  ASSERT_FALSE(first.write(bytes("a")).error);
  api::File second(std::move(first));
  ASSERT_FALSE(second.write(bytes("b")).error);
  EXPECT_FALSE(second.close());
  EXPECT_EQ(api::on_disk(path_), "ab");
}

TEST_F(Handles, TheDestructorWritesWhatIsPending) {
  { EXPECT_FALSE(api::open(path_, api::kCreate).write(bytes("abc")).error); }
  EXPECT_EQ(api::on_disk(path_), "abc");
}

TEST_F(Handles, AnEmptyOneAnswersStale) {
  api::File file;
  std::byte one{};
  std::error_code error;
  EXPECT_EQ(file.write(std::span(&one, 1)).error.value(), RINGPROC_E_STALE);
  EXPECT_EQ(file.read(std::span(&one, 1)).error.value(), RINGPROC_E_STALE);
  EXPECT_EQ(file.flush().value(), RINGPROC_E_STALE);
  file.seek(0, api::Origin::begin, error);
  EXPECT_EQ(error.value(), RINGPROC_E_STALE);
  EXPECT_EQ(file.close().value(), RINGPROC_E_STALE);
  EXPECT_EQ(file.stats().accepted, 0U);
}

using Share = Handles;

TEST_F(Share, DenyWriteExcludesASecondWriter) {
  auto first = api::open(path_, api::kCreate | Mode::deny_write);
  EXPECT_EQ(api::open_error(path_, api::kReadWrite), RINGPROC_E_SHARING);
  EXPECT_EQ(api::open_error(path_, Mode::read), 0);
}

TEST_F(Share, DenyReadExcludesASecondReader) {
  auto first = api::open(path_, api::kCreate | Mode::deny_read);
  EXPECT_EQ(api::open_error(path_, Mode::read), RINGPROC_E_SHARING);
  EXPECT_EQ(api::open_error(path_, Mode::write), 0);
}

TEST_F(Share, ADenialThatOthersBreakAlreadyIsRefused) {
  auto first = api::open(path_, api::kCreate);
  EXPECT_EQ(api::open_error(path_, Mode::read | Mode::deny_write), RINGPROC_E_SHARING);
  EXPECT_EQ(api::open_error(path_, Mode::read | Mode::deny_read), RINGPROC_E_SHARING);
}

TEST_F(Share, ADeniedCreateCutsNothing) {
  api::put_on_disk(path_, "12345");
  auto first = api::open(path_, Mode::read | Mode::deny_write);
  EXPECT_EQ(api::open_error(path_, api::kCreate), RINGPROC_E_SHARING);
  EXPECT_EQ(api::read_all(first), "12345");
  EXPECT_EQ(api::on_disk(path_), "12345");
}

TEST_F(Share, ADenialEndsWithItsHandle) {
  auto first = api::open(path_, api::kCreate | Mode::deny_write);
  auto reader = api::open(path_, Mode::read);
  EXPECT_FALSE(first.close());
  EXPECT_EQ(api::open_error(path_, api::kReadWrite), 0);
}

using Flush = Handles;

TEST_F(Flush, WithNothingToDoSucceeds) {
  auto file = api::open(path_, api::kCreate);
  EXPECT_FALSE(file.flush());
  ASSERT_FALSE(file.write_flush(bytes("abc")).error);
  EXPECT_FALSE(file.flush());
  EXPECT_FALSE(file.flush());
}

TEST_F(Flush, PutsEverythingIntoTheFile) {
  auto file = api::open(path_, api::kCreate);
  ASSERT_FALSE(file.write(bytes("abc")).error);
  EXPECT_FALSE(file.flush());
  EXPECT_EQ(api::on_disk(path_), "abc");
  EXPECT_EQ(file.stats().durable, 3U);
}

TEST_F(Flush, CoversPatches) {
  auto file = api::open(path_, api::kCreate);
  ASSERT_FALSE(file.write(bytes("abcdef")).error);
  ASSERT_FALSE(file.write_at(bytes("XY"), 1).error);
  EXPECT_FALSE(file.flush());
  EXPECT_EQ(api::on_disk(path_), "aXYdef");
}

TEST_F(Flush, CoversOtherHandles) {
  auto first = api::open(path_, api::kCreate);
  auto second = api::open(path_, api::kReadWrite);
  ASSERT_FALSE(first.write(bytes("abc")).error);
  EXPECT_FALSE(second.flush());
  EXPECT_EQ(api::on_disk(path_), "abc");
}

// Success means "everything accepted on the file before the call", whatever the handle is for.
TEST_F(Flush, ThroughAReadingHandleCoversWhatOthersAccepted) {
  auto writer = api::open(path_, api::kCreate);
  auto reader = api::open(path_, Mode::read);
  ASSERT_FALSE(writer.write(bytes("abc")).error);
  EXPECT_FALSE(reader.flush());
  EXPECT_EQ(api::on_disk(path_), "abc");
}

}  // namespace
