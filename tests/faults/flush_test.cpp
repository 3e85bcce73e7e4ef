// Contract 4, around the power cuts: when a name is synced, and that a flush is one thing in every
// interface.
#include <functional>
#include <map>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::kCreate;
using faults::kReadWrite;
using faults::Mmio;

class Name : public faults::OnABadDisk {};

// "at the first flush of every handle opened for writing, and after RENAME": and no more often.
TEST_F(Name, IsSyncedAtTheFirstFlushOfEveryHandleThatWrites) {
  auto first = faults::open(path(), kCreate);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(first.write_flush(bytes("text")).error);
  EXPECT_EQ(disk_->count("fsyncdir"), 1U);
  auto second = faults::open(path(), kReadWrite);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(second.write_flush(bytes("text")).error);
  EXPECT_EQ(disk_->count("fsyncdir"), 2U);
  auto reader = faults::open(path(), faults::Mode::read);
  EXPECT_FALSE(reader.flush());
  EXPECT_EQ(disk_->count("fsyncdir"), 2U);
}

// Somebody else has moved the file; a new handle knows it by its new name only.
TEST_F(Name, OfAHandleIsTheOneThatItWasOpenedBy) {
  std::filesystem::create_directory(disk_->file("moved"));
  auto first = faults::open(path(), kCreate);
  ASSERT_FALSE(first.write_flush(bytes("text")).error);
  disk_->sync();
  const std::string moved = disk_->file("moved/take");
  ASSERT_EQ(::rename(path().c_str(), moved.c_str()), 0);
  auto second = faults::open(moved, kReadWrite);
  ASSERT_EQ(second.stats().handles, 2U) << "one file, one ring";
  EXPECT_EQ(second.write_flush(bytes("TEXT")).bytes, 4U);
  EXPECT_NE(second.stats().capabilities & RINGPROC_CAN_SYNC_NAME, 0U);
  EXPECT_EQ(after_a_cut("none", 0, "moved/take"), "TEXT");
}

TEST_F(Name, OfAClosedFileIsDurableWhenTheRenameReturns) {
  {
    Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
    ASSERT_EQ(file.write_flush("text"), 4);
  }
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  std::string from = path();
  std::string to = disk_->file("renamed");
  EXPECT_EQ(mmioRename(from.data(), to.data(), &info, 0), UINT{MMSYSERR_NOERROR});
  EXPECT_EQ(after_a_cut("none", 0, "renamed"), "text");
  EXPECT_EQ(after_a_cut("none"), std::nullopt);
}

// Contract 4: an I/O error of the directory's sync is a failure.
TEST_F(Name, OfARenameWhoseSyncFailsIsAnError) {
  {
    Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
    ASSERT_EQ(file.write_flush("text"), 4);
  }
  disk_->fault("fsyncdir 1 1 EIO");
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  std::string from = path();
  std::string to = disk_->file("renamed");
  EXPECT_NE(mmioRename(from.data(), to.data(), &info, 0), UINT{MMSYSERR_NOERROR});
}

class Flush : public faults::OnABadDisk {};

// With flush=os, n means handed to the OS.
TEST_F(Flush, ToTheSystemOnlySyncsNothing) {
  auto file = faults::open(path(), kCreate, "flush=os");
  EXPECT_EQ(file.write_flush(bytes("text")).bytes, 4U);
  EXPECT_EQ(file.stats().written, 4U);
  EXPECT_EQ(file.stats().durable, 0U);
  EXPECT_EQ(faults::wrong_in(path(), "text"), "");
  EXPECT_EQ(disk_->count("fsync") + disk_->count("fsyncdir"), 0U);
  EXPECT_EQ(after_a_cut("none"), std::nullopt);
}

// The promise is made by whichever way of asking.
TEST_F(Flush, IsOneThingInEveryInterface) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  ringproc_file* by_c = nullptr;
  ASSERT_EQ(ringproc_open(path().c_str(), RINGPROC_READ | RINGPROC_WRITE, nullptr, &by_c), 0);
  auto by_cpp = faults::open(path(), kReadWrite);
  std::string all;
  const std::map<std::string, std::function<bool()>> ways{
      {"message", [&] { return file.write_flush("") == 0; }},
      {"user message", [&] { return file.flush() == 1; }},
      {"C", [&] { return ringproc_flush(by_c) == 0; }},
      {"C++", [&] { return !by_cpp.flush(); }},
  };
  for (const auto& [name, flush] : ways) {
    SCOPED_TRACE(name);
    ASSERT_EQ(file.write(name), static_cast<LRESULT>(name.size()));
    all += name;
    EXPECT_TRUE(flush());
    EXPECT_EQ(after_a_cut("none"), all);
  }
  EXPECT_EQ(ringproc_close(by_c), 0);
}

}  // namespace
