#include "runtime/table.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

class TableTest : public testing::Test {
 protected:
  using Left = FileTable::Left;
  FileTable::Attachment attach(const OpenRequest& mode) {
    return table.attach(std::make_unique<FakeBackend>(disk), mode, scheduler,
                        SteppedFile::small_ring(), {}, error);
  }
  static constexpr OpenRequest kRead{true, false, false, false, false};
  static constexpr OpenRequest kWrite{true, true, false, false, false};

  FakeDisk disk;
  SteppedScheduler scheduler;
  FileTable table;
  std::error_code error;
};

TEST_F(TableTest, OneIdentityIsOneFile) {
  auto first = attach(kWrite);
  auto second = attach(kRead);
  EXPECT_EQ(first.file, second.file);
  EXPECT_EQ(table.handles(*first.file), 2u);
  EXPECT_EQ(table.detach(first), Left::others);
  EXPECT_EQ(table.detach(second), Left::nothing);
}

TEST_F(TableTest, AReaderIsUpgradedWhenAWriterComes) {
  auto reader = attach(kRead);
  EXPECT_FALSE(reader.file->writable());
  auto writer = attach(kWrite);
  EXPECT_FALSE(error);
  EXPECT_TRUE(reader.file->writable());
}

TEST_F(TableTest, ShareModesExcludeBothWays) {
  auto writer = attach(kWrite);
  attach({true, false, false, false, true});
  EXPECT_EQ(error, Errc::sharing) << "denies writing while somebody writes";
  EXPECT_EQ(table.detach(writer), Left::nothing);
  auto exclusive = attach({true, true, false, true, true});
  EXPECT_FALSE(error);
  attach(kRead);
  EXPECT_EQ(error, Errc::sharing);
  EXPECT_EQ(table.detach(exclusive), Left::nothing);
  attach(kRead);
  EXPECT_FALSE(error);
}

TEST_F(TableTest, AFileWithWorkLeftIsClosedToOpensUntilItsLaneIsBack) {
  auto writer = attach(kWrite);
  const auto file = writer.file;
  Cursor cursor;
  ASSERT_FALSE(file->write(cursor, bytes_of("pending")).error);
  EXPECT_EQ(table.detach(writer), Left::work);
  attach(kRead);
  EXPECT_EQ(error, Errc::sharing);
  EXPECT_TRUE(table.retire(*file));
  EXPECT_FALSE(table.retire(*file));
  attach(kRead);
  EXPECT_FALSE(error);
}

TEST_F(TableTest, AlsoIfTheLastHandleIsAReaders) {
  auto writer = attach(kWrite);
  auto reader = attach(kRead);
  Cursor cursor;
  ASSERT_FALSE(writer.file->write(cursor, bytes_of("pending")).error);
  EXPECT_EQ(table.detach(writer), Left::others);
  EXPECT_EQ(table.detach(reader), Left::work);
}

TEST_F(TableTest, AnOpenThatFailsLeavesNoTrace) {
  scheduler.prepare_error = io_error();
  attach(kWrite);
  EXPECT_EQ(error, io_error());
  scheduler.prepare_error = {};
  auto exclusive = attach({true, true, false, true, true});
  EXPECT_FALSE(error);
  EXPECT_TRUE(exclusive.file->writable());
  EXPECT_EQ(table.handles(*exclusive.file), 1u);
}

TEST_F(TableTest, AFreshOpenAfterAFailedSyncIsSuspect) {
  disk.on_sync = [](int) { return io_error(); };
  auto writer = attach(kWrite);
  EXPECT_FALSE(writer.suspect);
  Cursor cursor;
  ASSERT_FALSE(writer.file->write(cursor, bytes_of("x")).error);
  EXPECT_EQ(writer.file->flush(), io_error());
  EXPECT_EQ(table.detach(writer), Left::nothing);
  EXPECT_TRUE(attach(kRead).suspect);
}

}  // namespace
}  // namespace ringproc::core
