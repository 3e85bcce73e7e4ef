// Contract 5: after a failed sync nothing is tried again and nothing more is claimed, because the
// kernel has dropped the bytes and the next sync would be a success. A fresh open of the file in
// the process says that it is suspect.
#include <optional>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::File;
using faults::kCreate;
using faults::kReadWrite;
using faults::text_of;

class FailedSync : public faults::OnABadDisk {
 protected:
  // 500 bytes are durable; the sync of the next 300 fails, once.
  void fail_a_sync(File& file) {
    ASSERT_FALSE(file.write_flush(bytes(text_of(500))).error);
    disk_->fault("fsync 1 1 EIO");
    EXPECT_EQ(file.write_flush(bytes(text_of(300))).error.value(), EIO);
    EXPECT_EQ(disk_->count("fsync"), 2U);
  }
};

TEST_F(FailedSync, IsNotTriedAgain) {
  auto file = faults::open(path(), kCreate);
  auto other = faults::open(path(), kReadWrite);
  fail_a_sync(file);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(file.flush().value(), EIO);
  EXPECT_EQ(other.flush().value(), EIO);
  EXPECT_EQ(other.write_flush(bytes("x")).error.value(), EIO);
  EXPECT_EQ(file.stats().durable, 500U) << "stays, and can be read";
  EXPECT_EQ(file.failure().operation, RINGPROC_OP_SYNC);
  EXPECT_EQ(file.failure().durable, 500U);
  EXPECT_EQ(file.failure().position, 800U);
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(other.close().value(), EIO);
  EXPECT_EQ(disk_->count("fsync"), 2U);
}

// With every option that has a reason to sync once more.
TEST_F(FailedSync, IsNotTriedAgainByADurableClose) {
  for (const auto* how : {"auto", "written", "off"}) {
    SCOPED_TRACE(how);
    auto file = faults::open(path(), kCreate, std::string("close=device,preallocate=") + how);
    for (int i = 0; i < 8; ++i) ASSERT_FALSE(file.write_flush(bytes(text_of(500))).error);
    disk_->fault("fsync 1 1 EIO");
    EXPECT_EQ(file.write_flush(bytes(text_of(300))).error.value(), EIO);
    const auto before = disk_->count("fsync");
    EXPECT_EQ(file.close().value(), EIO);
    EXPECT_EQ(disk_->count("fsync"), before);
  }
}

// Why it must not be: the disk would say yes to bytes that it does not have.
TEST_F(FailedSync, WouldBeASuccessTheSecondTime) {
  auto file = faults::open(path(), kCreate);
  fail_a_sync(file);
  EXPECT_EQ(file.close().value(), EIO);
  auto again = faults::open(path(), kReadWrite);
  EXPECT_FALSE(again.write_flush(bytes(text_of(500))).error);
  // Writing the first bytes again has written their sector again.
  const std::string left = (text_of(500) + text_of(300)).substr(0, 512) + std::string(288, '\0');
  EXPECT_EQ(faults::difference(after_a_cut("all").value(), left), "");
}

TEST_F(FailedSync, OfANameIsAFailureToo) {
  auto file = faults::open(path(), kCreate);
  disk_->fault("fsyncdir 1 1 EIO");
  EXPECT_EQ(file.write_flush(bytes(text_of(300))).error.value(), EIO);
  EXPECT_EQ(file.failure().operation, RINGPROC_OP_SYNC_NAME);
  EXPECT_EQ(file.stats().durable, 0U);
  EXPECT_EQ(file.flush().value(), EIO);
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(disk_->count("fsyncdir"), 1U);
  EXPECT_EQ(faults::open(path(), kReadWrite).stats().suspect, 1U);
}

TEST_F(FailedSync, MakesAFreshOpenSaySuspect) {
  faults::Log log;
  std::optional<File> file = faults::open(path(), kCreate);
  EXPECT_EQ(file->stats().suspect, 0U);
  fail_a_sync(*file);
  EXPECT_EQ(file->close().value(), EIO);

  auto again = faults::open(path(), kReadWrite);
  EXPECT_EQ(again.stats().suspect, 1U);
  EXPECT_TRUE(log.says("a sync of this file failed earlier")) << log.text();
  EXPECT_FALSE(again.write_flush(bytes("more")).error) << "it can be used";
  EXPECT_FALSE(again.close());
  faults::Mmio by_message(path(), MMIO_READWRITE);
  EXPECT_EQ(by_message.stats().suspect, 1U);
  auto innocent = faults::open(disk_->file("other"), kCreate);
  EXPECT_EQ(innocent.stats().suspect, 0U);
}

TEST_F(FailedSync, ByALaneIsToldAsWell) {
  auto file = faults::open(path(), kCreate, "flush_timeout=100s");
  fail_a_sync(file);
  EXPECT_EQ(file.failure().operation, RINGPROC_OP_SYNC);
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(disk_->count("fsync"), 2U);
  EXPECT_EQ(faults::open(path(), kReadWrite).stats().suspect, 1U);
}

TEST_F(FailedSync, OfADurableCloseIsToldAsWell) {
  auto file = faults::open(path(), kCreate, "close=device");
  ASSERT_FALSE(file.write(bytes(text_of(100))).error);
  disk_->fault("fsync 1 1 EIO");
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(disk_->count("fsync"), 1U);
  EXPECT_EQ(faults::open(path(), kReadWrite).stats().suspect, 1U);
}

// A durable close cuts the zeros ahead off, and syncs that.
TEST_F(FailedSync, OfTheCutAtADurableCloseIsToldAsWell) {
  auto file = faults::open(path(), kCreate, "close=device,preallocate=written");
  for (int i = 0; i < 8; ++i) ASSERT_FALSE(file.write_flush(bytes(text_of(500))).error);
  ASSERT_GT(std::filesystem::file_size(path()), 4000U) << "there are no zeros ahead";
  disk_->fault("fsync 1 1 EIO");
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(faults::open(path(), kReadWrite).stats().suspect, 1U);
}

TEST_F(FailedSync, ThatHasNoSuchCallForNamesIsNone) {
  auto file = faults::open(path(), kCreate);
  EXPECT_NE(file.stats().capabilities & RINGPROC_CAN_SYNC_NAME, 0U);
  disk_->fault("fsyncdir 1 0 EINVAL");
  EXPECT_FALSE(file.write_flush(bytes("text")).error);
  EXPECT_EQ(file.stats().capabilities & RINGPROC_CAN_SYNC_NAME, 0U) << "n, and no promise";
  EXPECT_FALSE(file.close());
}

}  // namespace
