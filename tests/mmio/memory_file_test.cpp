// Memory files: the caller's buffer or an allocated one is the file.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "ringproc/mmio.h"

namespace ringproc::test {
namespace {

HMMIO open_memory(char* buffer, LONG size, DWORD flags, DWORD growth = 0) {
  MMIOINFO info{};
  info.fccIOProc = FOURCC_MEM;
  info.pchBuffer = buffer;
  info.cchBuffer = size;
  info.adwInfo[0] = growth;
  const HMMIO handle = mmioOpen(nullptr, &info, flags);
  EXPECT_NE(handle, nullptr);
  EXPECT_EQ(info.wErrorRet, 0u);
  return handle;
}

MMIOINFO info_of(HMMIO handle) {
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  return info;
}

TEST(MemoryFile, CallersBufferIsItsContent) {
  char buffer[] = "0123456789";
  const HMMIO handle = open_memory(buffer, 10, MMIO_READWRITE);
  char data[4];
  EXPECT_EQ(mmioRead(handle, data, 4), 4);
  EXPECT_EQ(std::string(data, 4), "0123");
  EXPECT_EQ(mmioWrite(handle, "XY", 2), 2);
  EXPECT_EQ(std::string(buffer), "0123XY6789");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, InfoShowsTheWholeContent) {
  char buffer[16];
  const HMMIO handle = open_memory(buffer, 16, MMIO_READ);
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.fccIOProc, DWORD{FOURCC_MEM});
  EXPECT_EQ(info.dwFlags, DWORD{MMIO_READ});
  EXPECT_EQ(info.pchNext, buffer);
  EXPECT_EQ(info.pchEndRead, buffer + 16);
  EXPECT_EQ(info.pchEndWrite, buffer + 16);
  EXPECT_EQ(info.lBufOffset, 0);
  EXPECT_EQ(info.lDiskOffset, 0);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, CreatedOneBeginsEmpty) {
  char buffer[16];
  const HMMIO handle = open_memory(buffer, 16, MMIO_CREATE | MMIO_READWRITE);
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), 0);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 3);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, SeekEndSubtractsAndPositionsOutsideFail) {
  char buffer[64];
  const HMMIO handle = open_memory(buffer, 64, MMIO_READ);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 64);
  EXPECT_EQ(info_of(handle).pchNext, buffer + 64);
  EXPECT_EQ(info_of(handle).lBufOffset, 0);
  EXPECT_EQ(mmioSeek(handle, 16, SEEK_END), 48);
  EXPECT_EQ(mmioSeek(handle, 65, SEEK_SET), -1);
  EXPECT_EQ(mmioSeek(handle, -49, SEEK_CUR), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 48);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, WithoutGrowthTakesWhatFits) {
  char buffer[4];
  const HMMIO handle = open_memory(buffer, 4, MMIO_CREATE | MMIO_READWRITE);
  EXPECT_EQ(mmioWrite(handle, "abcdef", 6), 4);
  EXPECT_EQ(mmioWrite(handle, "g", 1), -1);
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_WRITE), UINT{MMIOERR_CANNOTEXPAND});
  EXPECT_EQ(std::string(buffer, 4), "abcd");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, GrowsByItsStepOrByWhatAWriteNeeds) {
  const HMMIO handle = open_memory(nullptr, 8, MMIO_CREATE | MMIO_READWRITE, 32);
  EXPECT_EQ(mmioWrite(handle, "0123456789", 10), 10);
  EXPECT_EQ(info_of(handle).cchBuffer, 40);
  const std::string large(100, 'x');
  EXPECT_EQ(mmioWrite(handle, large.data(), 100), 100);
  EXPECT_EQ(info_of(handle).cchBuffer, 110);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 110);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_SET), 0);
  char data[10];
  EXPECT_EQ(mmioRead(handle, data, 10), 10);
  EXPECT_EQ(std::string(data, 10), "0123456789");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, BeginsWithNothingAndGrows) {
  const HMMIO handle = open_memory(nullptr, 0, MMIO_READWRITE, 16);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 0);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(info_of(handle).cchBuffer, 16);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, GrowingLeavesTheCallersBufferAlone) {
  char buffer[4] = {'a', 'b', 'c', 'd'};
  const HMMIO handle = open_memory(buffer, 4, MMIO_READWRITE, 4);
  EXPECT_EQ(mmioSeek(handle, 4, SEEK_SET), 4);
  EXPECT_EQ(mmioWrite(handle, "ef", 2), 2);
  const MMIOINFO info = info_of(handle);
  EXPECT_NE(info.pchBuffer, buffer);
  EXPECT_EQ(std::string(info.pchBuffer, 6), "abcdef");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, GapBehindTheContentReadsAsZeros) {
  char buffer[8];
  std::memset(buffer, '?', sizeof buffer);
  const HMMIO handle = open_memory(buffer, 8, MMIO_CREATE | MMIO_READWRITE);
  EXPECT_EQ(mmioSeek(handle, 3, SEEK_SET), 3);
  EXPECT_EQ(mmioWrite(handle, "x", 1), 1);
  EXPECT_EQ(std::string(buffer, 8), std::string("\0\0\0x????", 8));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, OpenedForReadingIsNotWritten) {
  char buffer[8] = {};
  const HMMIO handle = open_memory(buffer, 8, MMIO_READ);
  EXPECT_EQ(mmioWrite(handle, "x", 1), -1);
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_WRITE), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, DirectAccessGrowsItsContent) {
  const HMMIO handle = open_memory(nullptr, 8, MMIO_CREATE | MMIO_READWRITE, 8);
  MMIOINFO info = info_of(handle);
  for (int i = 0; i < 20; ++i) {
    if (info.pchNext == info.pchEndWrite) {
      info.dwFlags |= MMIO_DIRTY;
      EXPECT_EQ(mmioAdvance(handle, &info, MMIO_WRITE), 0u);
    }
    *info.pchNext++ = static_cast<char>('a' + i);
  }
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 20);
  EXPECT_EQ(std::string(info.pchBuffer, 20), "abcdefghijklmnopqrst");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, AdvanceAtTheEndSucceedsWithNothingToRead) {
  char buffer[8] = {};
  const HMMIO handle = open_memory(buffer, 8, MMIO_READ);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 8);
  MMIOINFO info = info_of(handle);
  EXPECT_EQ(mmioAdvance(handle, &info, MMIO_READ), 0u);
  EXPECT_EQ(info.pchNext, info.pchEndRead);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, SetBufferReplacesTheContent) {
  char first[] = "first";
  char second[] = "second";
  const HMMIO handle = open_memory(first, 5, MMIO_READ);
  EXPECT_EQ(mmioSetBuffer(handle, second, 6, 0), 0u);
  char data[8];
  EXPECT_EQ(mmioRead(handle, data, 8), 6);
  EXPECT_EQ(std::string(data, 6), "second");
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 0, 0), 0u);
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.pchBuffer, nullptr);
  EXPECT_EQ(info.dwFlags, DWORD{MMIO_READ});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(MemoryFile, FlushSucceedsAndRenameFails) {
  char buffer[8] = {};
  const HMMIO handle = open_memory(buffer, 8, MMIO_READWRITE);
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(mmioFlush(handle, MMIO_EMPTYBUF), 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  MMIOINFO info{};
  info.fccIOProc = FOURCC_MEM;
  EXPECT_EQ(mmioRename("a", "b", &info, 0), UINT{MMIOERR_FILENOTFOUND});
}

}  // namespace
}  // namespace ringproc::test
