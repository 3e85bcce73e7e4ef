// The buffered layer: what reaches the procedure, and that nothing is lost or hidden when it fails.
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "mmio/spy.hpp"

namespace ringproc::test {
namespace {

using Messages = std::vector<Message>;

std::string letters(std::size_t count) {
  std::string text(count, ' ');
  for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

std::optional<LRESULT> refuse_writes(const Message& message, MMIOINFO&) {
  if (message.message == MMIOM_WRITE || message.message == MMIOM_WRITEFLUSH) return -1;
  return {};
}

LONG write(HMMIO handle, const std::string& text) {
  return mmioWrite(handle, text.data(), static_cast<LONG>(text.size()));
}

TEST(BufferedWrite, SmallWritesArriveAsFullBuffers) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(write(handle, "abc"), 3);
  EXPECT_EQ(spy.messages,
            (Messages{sought(0), wrote(8), sought(8), wrote(8), sought(16), wrote(8)}));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "abcabcabcabcabcabcabcabcabcabc");
}

TEST(BufferedWrite, LargeWritesPassTheBuffer) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "xy"), 2);
  EXPECT_EQ(write(handle, letters(41)), 41);
  EXPECT_EQ(spy.messages, (Messages{sought(0), wrote(8), sought(8), wrote(32)}));
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 43);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "xy" + letters(41));
}

TEST(BufferedWrite, SeekBackInsideADirtyBufferKeepsTheTail) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(write(handle, "0123456789"), 10);
  EXPECT_EQ(mmioSeek(handle, 2, SEEK_SET), 2);
  EXPECT_EQ(write(handle, "XX"), 2);
  EXPECT_EQ(spy.messages, Messages{});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "01XX456789");
}

TEST(BufferedWrite, OverlayThatLeavesTheBufferWritesEverythingOnce) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "01234567"), 8);
  EXPECT_EQ(mmioSeek(handle, 4, SEEK_SET), 4);
  EXPECT_EQ(write(handle, "ABCDEF"), 6);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "0123ABCDEF");
}

TEST(BufferedWrite, FailureIsReportedAndTakesNothing) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "012345"), 6);
  spy.instead = refuse_writes;
  EXPECT_EQ(write(handle, "abcd"), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 6);
  spy.instead = nullptr;
  EXPECT_EQ(write(handle, "efgh"), 4);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "012345efgh");
}

TEST(BufferedWrite, FailureOfAnOverlayTakesNothing) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "01234567"), 8);
  EXPECT_EQ(mmioSeek(handle, 4, SEEK_SET), 4);
  spy.instead = refuse_writes;
  EXPECT_EQ(write(handle, "ABCDEF"), -1);
  spy.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "01234567");
}

TEST(BufferedWrite, ShortWriteIsAnError) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "012345"), 6);
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_WRITE) return 3;
    return {};
  };
  EXPECT_EQ(write(handle, "abcd"), -1);
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 0, 0), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMIOERR_CANNOTWRITE});
}

TEST(BufferedWrite, PartHandedOnBeforeAFailureIsTheResult) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "0123"), 4);
  int writes = 0;
  spy.instead = [&writes](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_WRITE && ++writes == 2) return -1;
    return {};
  };
  EXPECT_EQ(write(handle, letters(20)), 4);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 8);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "0123abcd");
}

TEST(BufferedWrite, FileOpenedForReadingIsRefusedAtOnce) {
  Spy spy;
  const HMMIO handle = spy.open(8, MMIO_READ);
  EXPECT_EQ(write(handle, "a"), -1);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedErrors, EveryCallThatFlushesReportsThem) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "0123"), 4);
  spy.instead = refuse_writes;
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioFlush(handle, 0), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioFlush(handle, MMIO_EMPTYBUF), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 32, 0), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioAdvance(handle, &info, MMIO_WRITE), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioSeek(handle, 100, SEEK_SET), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 4);
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), -1);
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMIOERR_CANNOTWRITE});
}

TEST(BufferedErrors, WhatAFailedFlushLeftIsWrittenByTheNext) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "0123"), 4);
  spy.instead = refuse_writes;
  EXPECT_EQ(mmioFlush(handle, 0), UINT{MMIOERR_CANNOTWRITE});
  spy.instead = nullptr;
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy.content, "0123");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedErrors, FailedSeekOfAProcedureIsReported) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_SEEK) return -1;
    return {};
  };
  EXPECT_EQ(mmioSeek(handle, 100, SEEK_SET), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 0);
  EXPECT_EQ(write(handle, "a"), 1);
  EXPECT_EQ(mmioFlush(handle, 0), UINT{MMIOERR_CANNOTWRITE});
  spy.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedFlush, EmptybufKeepsThePosition) {
  Spy spy;
  const HMMIO handle = spy.open(512);
  EXPECT_EQ(write(handle, letters(250)), 250);
  EXPECT_EQ(mmioFlush(handle, MMIO_EMPTYBUF), 0u);
  EXPECT_EQ(write(handle, "ZZZZ"), 4);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, letters(250) + "ZZZZ");
}

TEST(BufferedRead, FillsTheBufferOnceForManySmallReads) {
  Spy spy;
  spy.content = letters(20);
  const HMMIO handle = spy.open(8, MMIO_READ);
  char byte = 0;
  std::string read;
  while (mmioRead(handle, &byte, 1) == 1) read += byte;
  EXPECT_EQ(read, letters(20));
  EXPECT_EQ(spy.messages, (Messages{asked_for(8), asked_for(8), asked_for(8), asked_for(8)}));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedRead, LargeReadsPassTheBufferAndLeaveItEmpty) {
  Spy spy;
  spy.content = letters(30);
  const HMMIO handle = spy.open(5, MMIO_READ);
  char data[16];
  EXPECT_EQ(mmioRead(handle, data, 10), 10);
  EXPECT_EQ(std::string(data, 10), letters(10));
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(info.lBufOffset, 10);
  EXPECT_EQ(info.pchNext, info.pchBuffer);
  EXPECT_EQ(info.pchEndRead, info.pchBuffer);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedRead, SeesWhatWasWrittenAndWhatLiesBehindIt) {
  Spy spy;
  spy.content = "0123456789";
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "ab"), 2);
  char data[8];
  EXPECT_EQ(mmioRead(handle, data, 3), 3);
  EXPECT_EQ(std::string(data, 3), "234");
  EXPECT_EQ(write(handle, "XY"), 2);
  EXPECT_EQ(mmioRead(handle, data, 8), 3);
  EXPECT_EQ(std::string(data, 3), "789");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, "ab234XY789");
}

TEST(BufferedRead, ErrorIsNotTheEndOfTheFile) {
  Spy spy;
  spy.content = letters(8);
  const HMMIO handle = spy.open(8, MMIO_READ);
  char data[16];
  EXPECT_EQ(mmioRead(handle, data, 4), 4);
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_READ) return -1;
    return {};
  };
  EXPECT_EQ(mmioRead(handle, data, 6), 4);
  EXPECT_EQ(mmioRead(handle, data, 6), -1);
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_READ), UINT{MMIOERR_CANNOTREAD});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedRead, NeedsNoSeekFromAProcedureThatHasNone) {
  Spy spy;
  spy.content = letters(20);
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_SEEK) return 0;
    return {};
  };
  const HMMIO handle = spy.open(8, MMIO_READ);
  char data[20];
  EXPECT_EQ(mmioRead(handle, data, 3), 3);
  EXPECT_EQ(mmioRead(handle, data + 3, 17), 17);
  EXPECT_EQ(std::string(data, 20), letters(20));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedSeek, InsideTheBufferSendsNothing) {
  Spy spy;
  spy.content = letters(20);
  const HMMIO handle = spy.open(8);
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), 1);
  spy.messages.clear();
  EXPECT_EQ(mmioSeek(handle, 7, SEEK_SET), 7);
  EXPECT_EQ(mmioSeek(handle, -3, SEEK_CUR), 4);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 4);
  EXPECT_EQ(spy.messages, Messages{});
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(info.lBufOffset, 0);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedSeek, OutsideMovesAndEmptiesTheBuffer) {
  Spy spy;
  spy.content = letters(20);
  const HMMIO handle = spy.open(5);
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_READ), 0u);
  EXPECT_EQ(mmioSeek(handle, 11, SEEK_SET), 11);
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(info.lBufOffset, 11);
  EXPECT_EQ(info.pchNext, info.pchBuffer);
  EXPECT_EQ(info.pchEndRead, info.pchBuffer);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedSeek, EndCountsWhatIsStillInTheBuffer) {
  Spy spy;
  spy.content = "0123";
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 4);
  EXPECT_EQ(write(handle, "abcd"), 4);
  EXPECT_EQ(mmioSeek(handle, 2, SEEK_END), 6);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(BufferedSeek, ImpossibleTargetsFailAndKeepThePosition) {
  Spy spy;
  const HMMIO handle = spy.open(8);
  EXPECT_EQ(write(handle, "abcd"), 4);
  EXPECT_EQ(mmioSeek(handle, -5, SEEK_CUR), -1);
  EXPECT_EQ(mmioSeek(handle, -1, SEEK_SET), -1);
  EXPECT_EQ(mmioSeek(handle, 0, 3), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 4);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

}  // namespace
}  // namespace ringproc::test
