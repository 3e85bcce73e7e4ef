// mmioGetInfo, mmioSetInfo, mmioAdvance, mmioSetBuffer: the application in the buffer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "mmio/spy.hpp"

namespace ringproc::test {
namespace {

using Messages = std::vector<Message>;

MMIOINFO info_of(HMMIO handle) {
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  return info;
}

void append(MMIOINFO& info, const std::string& text) {
  std::memcpy(info.pchNext, text.data(), text.size());
  info.pchNext += text.size();
}

TEST(Info, DescribesAFreshBuffer) {
  Spy spy;
  const HMMIO handle = spy.open(256, MMIO_READ);
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.dwFlags, DWORD{MMIO_READ | MMIO_ALLOCBUF});
  EXPECT_EQ(info.wErrorRet, 0u);
  EXPECT_EQ(info.cchBuffer, 256);
  EXPECT_EQ(info.pchNext, info.pchBuffer);
  EXPECT_EQ(info.pchEndRead, info.pchBuffer);
  EXPECT_EQ(info.pchEndWrite, info.pchBuffer + 256);
  EXPECT_EQ(info.lBufOffset, 0);
  EXPECT_EQ(info.lDiskOffset, 0);
  const HMMIO shown = info.hmmio;  // misaligned in the packed structure
  EXPECT_EQ(shown, handle);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Info, DefaultBufferOnlyWithAllocbuf) {
  Spy spy;
  const HMMIO allocated = spy.open(0, MMIO_READ | MMIO_ALLOCBUF);
  EXPECT_EQ(info_of(allocated).cchBuffer, MMIO_DEFAULTBUFFER);
  EXPECT_EQ(mmioClose(allocated, 0), 0u);
  const HMMIO plain = spy.open(0, MMIO_READ);
  EXPECT_EQ(info_of(plain).cchBuffer, 0);
  EXPECT_EQ(info_of(plain).pchBuffer, nullptr);
  EXPECT_EQ(mmioClose(plain, 0), 0u);
}

TEST(Info, CallersBufferIsUsedAndNotOwned) {
  Spy spy;
  char buffer[64];
  MMIOINFO given = Spy::info(sizeof buffer);
  given.pchBuffer = buffer;
  const HMMIO handle = mmioOpen(nullptr, &given, MMIO_READ | MMIO_ALLOCBUF);
  ASSERT_NE(handle, nullptr);
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.pchBuffer, buffer);
  EXPECT_EQ(info.dwFlags, DWORD{MMIO_READ});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Info, NegativeBufferSizeIsRefused) {
  Spy spy;
  MMIOINFO given = Spy::info(-1);
  EXPECT_EQ(mmioOpen(nullptr, &given, MMIO_READ), nullptr);
  EXPECT_EQ(given.wErrorRet, UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(spy.messages, Messages{});
}

TEST(SetInfo, DirtyBytesAreWritten) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  MMIOINFO info = info_of(handle);
  append(info, "direct");
  info.dwFlags |= MMIO_DIRTY;
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 6);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "direct");
}

TEST(SetInfo, PointersOutsideTheBufferAreRefused) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  const MMIOINFO good = info_of(handle);
  MMIOINFO bad = good;
  bad.pchNext = good.pchBuffer + 17;
  EXPECT_EQ(mmioSetInfo(handle, &bad, 0), UINT{MMSYSERR_INVALPARAM});
  bad = good;
  bad.pchEndRead = good.pchBuffer - 1;
  EXPECT_EQ(mmioSetInfo(handle, &bad, 0), UINT{MMSYSERR_INVALPARAM});
  bad = good;
  bad.cchBuffer = 1 << 20;
  EXPECT_EQ(mmioSetInfo(handle, &bad, 0), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioSetInfo(handle, nullptr, 0), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioSetInfo(handle, &good, 0), 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetInfo, CopyOfAnotherWindowIsRefused) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  const MMIOINFO old = info_of(handle);
  EXPECT_EQ(mmioSeek(handle, 100, SEEK_SET), 100);
  EXPECT_EQ(mmioSetInfo(handle, &old, 0), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetInfo, TakesOverWhatTheProcedureCalledDirectlyChanged) {
  Spy spy;
  const HMMIO handle = spy.open();
  MMIOINFO info = info_of(handle);
  const char text[] = "abc";
  EXPECT_EQ(info.pIOProc(reinterpret_cast<LPSTR>(&info), MMIOM_WRITEFLUSH,
                         reinterpret_cast<LPARAM>(text), 3),
            3);
  info.adwInfo[2] = 9;
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  const MMIOINFO after = info_of(handle);
  EXPECT_EQ(after.lDiskOffset, 3);
  EXPECT_EQ(after.lBufOffset, 3);
  EXPECT_EQ(after.adwInfo[2], 9u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Advance, ReadsBufferAfterBufferToTheEnd) {
  Spy spy;
  spy.content = "abcdefghijkl";
  const HMMIO handle = spy.open(5, MMIO_READ);
  MMIOINFO info = info_of(handle);
  std::string read;
  for (;;) {
    EXPECT_EQ(mmioAdvance(handle, &info, MMIO_READ), 0u);
    if (info.pchNext == info.pchEndRead) break;
    read.append(info.pchNext, info.pchEndRead);
    info.pchNext = info.pchEndRead;
  }
  EXPECT_EQ(read, "abcdefghijkl");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Advance, WritesWhatTheApplicationPutIntoTheBuffer) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(mmioWrite(handle, "01", 2), 2);
  MMIOINFO info = info_of(handle);
  append(info, "abcdef");
  EXPECT_EQ(mmioAdvance(handle, &info, MMIO_WRITE), 0u);
  EXPECT_EQ(info.lBufOffset, 8);
  EXPECT_EQ(info.pchNext, info.pchBuffer);
  append(info, "gh");
  info.dwFlags |= MMIO_DIRTY;
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "01abcdefgh");
}

TEST(Advance, RefusesWhatItCannotDo) {
  Spy spy;
  const HMMIO unbuffered = spy.open();
  EXPECT_EQ(mmioAdvance(unbuffered, nullptr, MMIO_READ), UINT{MMIOERR_UNBUFFERED});
  EXPECT_EQ(mmioClose(unbuffered, 0), 0u);
  const HMMIO handle = spy.open(8, MMIO_READ);
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_READWRITE), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_WRITE), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetBuffer, DisablingWritesTheBufferAndKeepsThePosition) {
  Spy spy;
  spy.content = "0123456789";
  const HMMIO handle = spy.open(8);
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), 1);
  EXPECT_EQ(mmioWrite(handle, "X", 1), 1);
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 0, 0), 0u);
  EXPECT_EQ(spy.content, "0X23456789");
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.pchBuffer, nullptr);
  EXPECT_EQ(info.pchEndWrite, nullptr);
  EXPECT_EQ(info.dwFlags, DWORD{MMIO_READWRITE});
  EXPECT_EQ(mmioWrite(handle, "Y", 1), 1);
  EXPECT_EQ(spy.content, "0XY3456789");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetBuffer, ReadAheadIsGivenBackWhenBufferingEnds) {
  Spy spy;
  spy.content = "0123456789";
  const HMMIO handle = spy.open(8);
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), 1);
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 0, 0), 0u);
  EXPECT_EQ(mmioRead(handle, &byte, 1), 1);
  EXPECT_EQ(byte, '1');
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetBuffer, EmptyBufferOfTheCallersDisablesToo) {
  Spy spy;
  char buffer[8];
  const HMMIO handle = spy.open();
  EXPECT_EQ(mmioSetBuffer(handle, buffer, 0, 0), 0u);
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.pchBuffer, buffer);
  EXPECT_EQ(info.pchNext, buffer);
  EXPECT_EQ(info.pchEndRead, buffer);
  EXPECT_EQ(info.pchEndWrite, buffer);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetBuffer, AllocatesWithoutAFlagAndIgnoresFlags) {
  Spy spy;
  const HMMIO handle = spy.open(0, MMIO_READ);
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 256, 0x1234), 0u);
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(info.dwFlags, DWORD{MMIO_READ | MMIO_ALLOCBUF});
  EXPECT_EQ(info.pchEndRead, info.pchBuffer);
  EXPECT_EQ(info.pchEndWrite, info.pchBuffer + 256);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(SetBuffer, RefusesNegativeSizesAndTheBufferItOwns) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, -1, 0), UINT{MMSYSERR_INVALPARAM});
  const MMIOINFO info = info_of(handle);
  EXPECT_EQ(mmioSetBuffer(handle, info.pchBuffer, 16, 0), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

}  // namespace
}  // namespace ringproc::test
