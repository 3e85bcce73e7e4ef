#include "runtime/table.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

class TableTest : public testing::Test {
 protected:
  FileTable::Attachment attach(const OpenRequest& mode, bool cut = false) {
    return table.attach(std::make_unique<FakeBackend>(disk), mode, cut, scheduler,
                        SteppedFile::small_ring(), error);
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
  EXPECT_FALSE(table.detach(first));
  EXPECT_TRUE(table.detach(second));
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
  EXPECT_TRUE(table.detach(writer));
  auto exclusive = attach({true, true, false, true, true});
  EXPECT_FALSE(error);
  attach(kRead);
  EXPECT_EQ(error, Errc::sharing);
  EXPECT_TRUE(table.detach(exclusive));
  attach(kRead);
  EXPECT_FALSE(error);
}

TEST_F(TableTest, CutsAnOpenFileAfterItsPendingBytes) {
  auto first = attach(kWrite);
  Cursor cursor;
  ASSERT_FALSE(first.file->write(cursor, bytes_of("pending")).error);
  auto second = attach(kWrite, true);
  EXPECT_FALSE(error);
  EXPECT_EQ(disk.text(), "");
  EXPECT_EQ(first.file->statistics().logical_size, 0u);
}

TEST_F(TableTest, AnAbandonedFileIsClosedToOpensUntilItsLaneIsBack) {
  auto writer = attach(kWrite);
  const auto file = writer.file;
  table.abandon(*file);
  EXPECT_TRUE(table.detach(writer));
  attach(kRead);
  EXPECT_EQ(error, Errc::sharing);
  EXPECT_TRUE(table.retire(*file));
  EXPECT_FALSE(table.retire(*file));
  attach(kRead);
  EXPECT_FALSE(error);
}

TEST_F(TableTest, AFreshOpenAfterAFailedSyncIsSuspect) {
  disk.on_sync = [](int) { return io_error(); };
  auto writer = attach(kWrite);
  EXPECT_FALSE(writer.suspect);
  EXPECT_EQ(writer.file->flush(), io_error());
  EXPECT_TRUE(table.detach(writer));
  EXPECT_TRUE(attach(kRead).suspect);
}

}  // namespace
}  // namespace ringproc::core
