// The time-outs of the options, on a disk that hangs: each gives up, says what is true, and loses
// nothing that was accepted. (The time is the option's; no test measures it.)
#include <cstdlib>
#include <future>

#include "faults/child.hpp"
#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::eventually;
using faults::File;
using faults::kCreate;
using faults::kReadWrite;
using faults::Mmio;
using faults::text_of;

class TimeOut : public faults::OnABadDisk {
 protected:
  // The file's drain hangs in a write, all of its ring is in use.
  void fill_the_ring(Mmio& file) {
    disk_->fault("write 1 0 hang");
    ASSERT_EQ(file.write(text_of(kRing)), LRESULT{kRing});
    ASSERT_EQ(disk_->hanging(1), 1U);
  }
  // After a close that ran out of time; until its lane has returned.
  [[nodiscard]] bool can_be_opened_again() {
    return eventually([&] { return !faults::open_error(path(), kReadWrite); });
  }
  [[nodiscard]] bool is_a_sharing_violation() {
    const Mmio again(path(), MMIO_READWRITE);
    return !again.opened() && again.open_error() == MMIOERR_SHARINGVIOLATION &&
           faults::open_error(path(), kReadWrite).value() == RINGPROC_E_SHARING;
  }
  static constexpr std::size_t kRing = 64 * 1024;
};

TEST_F(TimeOut, OfAWriteAcceptsNothing) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "ring=64K,age=1ms,write_timeout=50ms");
  fill_the_ring(file);
  const LRESULT offset = file.offset();
  EXPECT_EQ(file.write(text_of(100, 2)), -1);
  EXPECT_EQ(file.offset(), offset);
  EXPECT_EQ(file.stats().accepted, kRing);
  EXPECT_EQ(file.stats().refused_writes, 1U);
  EXPECT_EQ(file.stats().refused_bytes, 100U);
  EXPECT_EQ(file.failure().code, 0) << "no I/O error";
  disk_->release();
  EXPECT_EQ(file.flush(), 1);
  EXPECT_EQ(file.write(text_of(100, 3)), 100) << "there is room again";
  EXPECT_EQ(file.close(), UINT{MMIOERR_CANNOTWRITE}) << "the file lacks a refused write";
  EXPECT_EQ(faults::wrong_in(path(), text_of(kRing) + text_of(100, 3)), "");
}

TEST_F(TimeOut, OfAPatchAcceptsNothing) {
  auto file = faults::open(path(), kCreate, "age=1ms,write_timeout=50ms");
  disk_->fault("write 1 0 hang");
  ASSERT_FALSE(file.write(bytes(text_of(5000))).error);
  ASSERT_EQ(disk_->hanging(1), 1U);
  std::uint64_t taken = 0;
  std::error_code error;
  while (!(error = file.write_at(bytes("0123456789"), 10 * taken).error)) ++taken;
  EXPECT_EQ(error.value(), RINGPROC_E_TIMEOUT);
  EXPECT_EQ(file.stats().patches, 10 * taken);
  disk_->release();
  EXPECT_FALSE(file.flush());
  EXPECT_EQ(file.close().value(), RINGPROC_E_REFUSED);
  std::string expected = text_of(5000);
  for (std::size_t i = 0; i < taken; ++i) expected.replace(10 * i, 10, "0123456789");
  EXPECT_EQ(faults::wrong_in(path(), expected), "");
}

// Contract 1: larger than the ring it is accepted in parts; then the failure is sticky and tells
// how much was taken.
TEST_F(TimeOut, OfAWriteInPartsTellsHowMuchWasTaken) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "ring=64K,age=1ms,write_timeout=50ms");
  disk_->fault("write 1 0 hang");
  const std::string text = text_of(5 * kRing);
  EXPECT_EQ(file.write(text), -1);
  const auto failure = file.failure();
  EXPECT_EQ(failure.code, RINGPROC_E_TIMEOUT);
  EXPECT_EQ(failure.operation, RINGPROC_OP_ACCEPT);
  EXPECT_EQ(failure.position, file.stats().accepted);
  EXPECT_GT(failure.position, 0U);
  EXPECT_LE(failure.position, kRing);
  EXPECT_EQ(file.write("x"), -1) << "sticky";
  disk_->release();
  EXPECT_NE(file.close(), UINT{MMSYSERR_NOERROR});
}

// Contract 4: -1 from a time-out is unknown; the bytes stay accepted, a later flush decides. The
// offset moves with acceptance.
TEST_F(TimeOut, OfAFlushLeavesItToALaterFlush) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "flush_timeout=50ms");
  disk_->fault("fsync 1 1 hang");
  EXPECT_EQ(file.write_flush("0123456789"), -1);
  EXPECT_EQ(file.offset(), 10);
  EXPECT_EQ(file.stats().accepted, 10U);
  EXPECT_EQ(file.stats().durable, 0U);
  EXPECT_EQ(file.failure().code, 0);
  EXPECT_EQ(file.write("more"), 4) << "the writer goes on";
  EXPECT_EQ(file.flush(), -1) << "still unknown";
  disk_->release();
  EXPECT_TRUE(eventually([&] { return file.flush() == 1; }));
  EXPECT_EQ(file.stats().durable, 14U);
  EXPECT_EQ(after_a_cut("none"), "0123456789more");
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
}

TEST_F(TimeOut, OfAFlushThatFailsLaterIsAFailureThen) {
  auto file = faults::open(path(), kCreate, "flush_timeout=50ms");
  disk_->fault("fsync 1 1 hang");
  EXPECT_EQ(file.write_flush(bytes("text")).error.value(), RINGPROC_E_TIMEOUT);
  ASSERT_EQ(disk_->hanging(1), 1U);
  disk_->release("error");
  EXPECT_TRUE(eventually([&] { return file.flush().value() == EIO; }));
  EXPECT_EQ(file.stats().durable, 0U);
  EXPECT_EQ(file.close().value(), EIO);
  EXPECT_EQ(disk_->count("fsync"), 1U);
}

TEST_F(TimeOut, OfAFlushBehindAHungWriteIsUnknownToo) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "flush_timeout=50ms");
  disk_->fault("write 1 1 hang");
  EXPECT_EQ(file.write_flush("0123456789"), -1);
  EXPECT_EQ(file.stats().written, 0U);
  disk_->release();
  EXPECT_TRUE(eventually([&] { return file.flush() == 1; }));
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
}

TEST_F(TimeOut, OfACloseIsASharingViolationUntilTheLaneReturns) {
  faults::Log log;
  {
    Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "age=1ms,close_timeout=50ms");
    fill_the_ring(file);
    EXPECT_EQ(file.write("and more"), 8);
    EXPECT_EQ(file.close(), UINT{MMIOERR_CANNOTWRITE});
  }
  EXPECT_TRUE(log.says("its bytes are still being written")) << log.text();
  EXPECT_TRUE(is_a_sharing_violation());
  EXPECT_EQ(disk_->hanging(), 1U);
  disk_->release();
  EXPECT_TRUE(can_be_opened_again());
  EXPECT_TRUE(eventually([&] { return log.says("written completely after close timed out"); }))
      << log.text();
  EXPECT_EQ(faults::wrong_in(path(), text_of(kRing) + "and more"), "");
}

TEST_F(TimeOut, OfACloseWhoseWriteFailsLaterSaysSo) {
  faults::Log log;
  auto file = faults::open(path(), kCreate, "age=1ms,close_timeout=50ms");
  disk_->fault("write 1 0 hang");
  ASSERT_FALSE(file.write(bytes(text_of(kRing))).error);
  EXPECT_EQ(file.close().value(), RINGPROC_E_UNWRITTEN);
  EXPECT_TRUE(is_a_sharing_violation());
  ASSERT_EQ(disk_->hanging(1), 1U);
  disk_->release("error");
  EXPECT_TRUE(can_be_opened_again());
  EXPECT_TRUE(eventually([&] { return log.says("given up after close timed out"); })) << log.text();
}

// All is written, and the sync hangs: the file is not done with either.
TEST_F(TimeOut, OfADurableCloseIsASharingViolationUntilTheSyncReturns) {
  auto file = faults::open(path(), kCreate, "age=1ms,close=device,close_timeout=50ms");
  disk_->fault("fsync 1 1 hang");
  ASSERT_FALSE(file.write(bytes(text_of(1000))).error);
  EXPECT_EQ(file.close().value(), RINGPROC_E_UNWRITTEN);
  ASSERT_EQ(disk_->hanging(1), 1U);
  EXPECT_TRUE(is_a_sharing_violation());
  disk_->release();
  EXPECT_TRUE(can_be_opened_again());
  EXPECT_EQ(faults::wrong_in(path(), text_of(1000)), "");
}

TEST_F(TimeOut, OfADurableCloseWhoseSyncFailsLaterLeavesASuspect) {
  auto file = faults::open(path(), kCreate, "age=1ms,close=device,close_timeout=50ms");
  disk_->fault("fsync 1 1 hang");
  ASSERT_FALSE(file.write(bytes(text_of(1000))).error);
  EXPECT_EQ(file.close().value(), RINGPROC_E_UNWRITTEN);
  ASSERT_EQ(disk_->hanging(1), 1U);
  disk_->release("error");
  EXPECT_TRUE(eventually([&] {
    std::error_code error;
    auto again = File::open(path(), kReadWrite, error);
    return !error && again.stats().suspect == 1;
  }));
}

// The close waits for the system only, but somebody's flush has left a sync behind.
TEST_F(TimeOut, OfACloseBehindAHungSyncIsASharingViolationToo) {
  auto file = faults::open(path(), kCreate, "flush_timeout=50ms,close_timeout=50ms");
  disk_->fault("fsync 1 1 hang");
  EXPECT_EQ(file.write_flush(bytes(text_of(1000))).error.value(), RINGPROC_E_TIMEOUT);
  EXPECT_EQ(file.close().value(), RINGPROC_E_UNWRITTEN);
  ASSERT_EQ(disk_->hanging(1), 1U);
  EXPECT_TRUE(is_a_sharing_violation());
  disk_->release("error");
  EXPECT_TRUE(can_be_opened_again());
  EXPECT_EQ(faults::open(path(), kReadWrite).stats().suspect, 1U);
}

// The process ends while its drain hangs: it says what is missing and where that is; the kernel
// keeps the process, and the next open finishes the file.
TEST_F(TimeOut, OfAnExitLeavesTheBytesToRecovery) {
  // The search for leaks at exit would wait for the thread that hangs.
  const char* const asan = std::getenv("ASAN_OPTIONS");
  ::setenv("ASAN_OPTIONS", (std::string(asan ? asan : "") + ":detect_leaks=0").c_str(), 1);
  // Several times over the same file: their regions have the same name as this process's had.
  for (const auto* ending : {"full", "half", "error", "half"}) {
    SCOPED_TRACE(ending);
    disk_->fault("write 1 0 hang");
    faults::Child child({"exit", path(), "age=1ms,exit_timeout=50ms,survive=on", "100000"});
    const std::string said = child.error_line_with("not completely written at exit");
    ASSERT_NE(said.find("the rest is in "), std::string::npos) << said;
    EXPECT_EQ(disk_->hanging(), 1U);
    // Until then its drain would go on, or be told of an error; what has failed is left alone.
    EXPECT_TRUE(eventually([&] { return child.is_over(); }));
    disk_->release(ending);
    child.wait();
    const auto file = faults::open(path(), kReadWrite);
    ASSERT_EQ(faults::wrong_in(path(), text_of(100'000)), "");
  }
}

// Nobody calls any more, so it is not the failure that was told: what it cost is.
TEST_F(TimeOut, OrFailureAtAnExitThatLosesBytesIsTold) {
  disk_->fault("write 1 0 EIO");
  faults::Child child({"exit", path(), "age=1ms,survive=off", "100000"});
  EXPECT_NE(child.error_line_with("not completely written at exit").find("nput/output error"),
            std::string::npos);
  child.wait();
}

TEST_F(TimeOut, OfAnExitOfADiskThatOnlyStallsLosesNothing) {
  disk_->fault("write 1 1 hang");
  faults::Child child({"exit", path(), "age=1ms,exit_timeout=100s", "100000"});
  ASSERT_EQ(disk_->hanging(1), 1U);
  disk_->release();
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(faults::wrong_in(path(), text_of(100'000)), "");
}

}  // namespace
