// Contract 5: the first I/O error is sticky and complete, everybody is told the same by whatever
// way, and nothing is tried again. Waiters are released; one whose position is durable has its n.
#include <future>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::File;
using faults::kReadWrite;
using faults::Mmio;
using faults::text_of;

void expect_failure(const ringproc_failure& failure, int code, int operation, std::uint64_t at,
                    std::uint64_t durable) {
  EXPECT_EQ(failure.code, code) << ringproc_strerror(failure.code);
  EXPECT_EQ(failure.operation, operation);
  EXPECT_EQ(failure.file_offset, at);
  EXPECT_EQ(failure.position, at);
  EXPECT_EQ(failure.durable, durable);
}

class FirstError : public faults::OnABadDisk {
 protected:
  // 1000 bytes are durable, the write of the next 500 fails.
  static constexpr std::size_t kDurable = 1000;
  void fail_a_write(Mmio& file) {
    ASSERT_EQ(file.write_flush(text_of(kDurable)), LRESULT{kDurable});
    disk_->fault("write 1 0 EIO");
    ASSERT_EQ(file.write(text_of(500)), 500) << "accepted";
    EXPECT_EQ(file.flush(), -1);
  }
};

TEST_F(FirstError, IsToldCompleteByEveryInterface) {
  Mmio by_message(path(), MMIO_CREATE | MMIO_READWRITE);
  ringproc_file* by_c = nullptr;
  ASSERT_EQ(ringproc_open(path().c_str(), RINGPROC_READ | RINGPROC_WRITE, nullptr, &by_c), 0);
  File by_cpp = faults::open(path(), kReadWrite);
  fail_a_write(by_message);

  expect_failure(by_message.failure(), -EIO, RINGPROC_OP_WRITE, kDurable, kDurable);
  ringproc_failure failure{};
  failure.size = sizeof failure;
  ASSERT_EQ(ringproc_failure_of(by_c, &failure), 0);
  expect_failure(failure, -EIO, RINGPROC_OP_WRITE, kDurable, kDurable);
  const auto report = by_cpp.failure();
  EXPECT_EQ(report.error, std::error_code(EIO, std::system_category()));
  EXPECT_EQ(report.operation, RINGPROC_OP_WRITE);
  EXPECT_EQ(report.file_offset, kDurable);
  EXPECT_EQ(report.position, kDurable);
  EXPECT_EQ(report.durable, kDurable);

  EXPECT_EQ(by_message.close(), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(ringproc_close(by_c), -EIO);
  EXPECT_EQ(by_cpp.close().value(), EIO);
}

TEST_F(FirstError, FailsEverythingThatEntersAfterIt) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  File other = faults::open(path(), kReadWrite);
  fail_a_write(file);
  disk_->clear();  // the disk is well again; nobody knows what it has
  EXPECT_EQ(file.write("x"), -1);
  EXPECT_EQ(file.write_flush("x"), -1);
  EXPECT_EQ(file.write_flush(""), -1);
  EXPECT_EQ(file.read(10), -1);
  EXPECT_EQ(other.write(bytes("x")).error.value(), EIO);
  EXPECT_EQ(other.write_flush(bytes("x")).error.value(), EIO);
  EXPECT_EQ(other.write_at(bytes("x"), 0).error.value(), EIO);
  EXPECT_EQ(other.flush().value(), EIO);
  char one = 0;
  EXPECT_EQ(other.read(std::as_writable_bytes(std::span(&one, 1))).error.value(), EIO);
  File late = faults::open(path(), kReadWrite);
  EXPECT_EQ(late.write(bytes("x")).error.value(), EIO) << "a handle that comes later";
  EXPECT_EQ(file.close(), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(late.close().value(), EIO);
  EXPECT_EQ(other.close().value(), EIO);
}

TEST_F(FirstError, IsFollowedByNoCallThatWritesOrSyncs) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  fail_a_write(file);
  const auto writes = disk_->count("write");
  const auto syncs = disk_->count("fsync");
  disk_->clear();
  EXPECT_EQ(file.write("x"), -1);
  EXPECT_EQ(file.flush(), -1);
  EXPECT_EQ(file.close(), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(disk_->count("write"), writes);
  EXPECT_EQ(disk_->count("fsync"), syncs);
  EXPECT_EQ(faults::wrong_in(path(), text_of(kDurable)), "") << "valid up to what was written";
}

// The kernel cuts it into requests, and the third is refused: what came before has arrived.
TEST_F(FirstError, InALargeWriteIsToldAtItsByte) {
  const std::string text = text_of(8 << 20);
  auto file = faults::open(path(), faults::kCreate, "direct=off,preallocate=off");
  disk_->fault("write 3 0 EIO");
  ASSERT_FALSE(file.write(bytes(text)).error);
  EXPECT_EQ(file.flush().value(), EIO);
  const auto failure = file.failure();
  const auto stats = file.stats();
  EXPECT_GT(stats.written, 0U);
  EXPECT_LT(stats.written, text.size());
  EXPECT_EQ(failure.position, stats.written);
  EXPECT_EQ(failure.file_offset, stats.written);
  EXPECT_EQ(failure.durable, 0U);
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(faults::wrong_in(path(), text.substr(0, stats.written)), "");
}

// A sync is held; it will be a success, the next one will not. The first waiter's bytes were
// written before it began, the second's came later.
TEST_F(FirstError, ReleasesWaitersButWhoIsDurableHasItsBytes) {
  // With a time-out, the callers wait and a lane runs the syncs.
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "flush_timeout=100s");
  disk_->fault("fsync 1 1 hang");
  disk_->fault("fsync 2 0 EIO");
  auto early = std::async(std::launch::async, [&] { return file.write_flush(text_of(100)); });
  ASSERT_EQ(disk_->hanging(1), 1U);
  std::vector<std::future<LRESULT>> late;
  for (int i = 0; i < 4; ++i) {
    late.push_back(std::async(std::launch::async, [&] { return file.write_flush(text_of(50)); }));
  }
  EXPECT_TRUE(faults::eventually([&] { return file.stats().flushes == 5; }));
  disk_->release();
  EXPECT_EQ(early.get(), 100);
  for (auto& each : late) EXPECT_EQ(each.get(), -1);
  EXPECT_EQ(file.failure().durable, 100U);
  EXPECT_EQ(file.stats().durable, 100U);
  EXPECT_EQ(file.close(), UINT{MMIOERR_CANNOTWRITE});
}

// A blocked WRITE is a waiter, too.
TEST_F(FirstError, ReleasesAWriterThatWaitsForRoom) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "ring=64K,age=1ms");
  disk_->fault("write 1 1 hang");
  ASSERT_EQ(file.write(text_of(60'000)), 60'000);
  ASSERT_EQ(disk_->hanging(1), 1U);
  auto blocked = std::async(std::launch::async, [&] { return file.write(text_of(60'000)); });
  disk_->release("error");
  EXPECT_EQ(blocked.get(), -1);
  EXPECT_EQ(file.failure().code, -EIO);
  EXPECT_EQ(file.close(), UINT{MMIOERR_CANNOTWRITE});
}

// A durable header and 20 good flushes, then the bad one.
TEST_F(FirstError, LeavesWhatWasDurable) {
  std::string all;
  auto file = faults::open(path(), faults::kCreate);
  for (unsigned i = 0; i < 20; ++i) {
    all += text_of(777, i);
    ASSERT_FALSE(file.write_flush(bytes(text_of(777, i))).error);
  }
  disk_->fault("fsync 1 1 EIO");
  EXPECT_EQ(file.write_flush(bytes(text_of(777, 99))).error.value(), EIO);
  EXPECT_EQ(file.failure().durable, all.size());
  EXPECT_EQ(file.close().value(), EIO);
  for (const auto* survivors : {"none", "some", "all"}) {
    const auto left = after_a_cut(survivors, 7);
    ASSERT_TRUE(left.has_value());
    EXPECT_EQ(faults::difference(left->substr(0, all.size()), all), "") << survivors;
  }
}

}  // namespace
