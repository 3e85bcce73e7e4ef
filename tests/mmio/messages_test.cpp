// Which messages the mmio functions send, and with what.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "mmio/spy.hpp"

namespace ringproc::test {
namespace {

using Messages = std::vector<Message>;

TEST(Messages, OpenSendsOneOpenAndNoSeekForACustomProcedure) {
  Spy spy;
  MMIOINFO info = Spy::info();
  char name[] = "some name";
  const HMMIO handle = mmioOpen(name, &info, MMIO_READWRITE | MMIO_DENYWRITE);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(spy.messages, (Messages{opened()}));
  EXPECT_EQ(spy.name_at_open, "some name");
  EXPECT_EQ(spy.seen_at_open.dwFlags, DWORD{MMIO_READWRITE | MMIO_DENYWRITE});
  EXPECT_EQ(spy.seen_at_open.lDiskOffset, 0);
  EXPECT_EQ(spy.seen_at_open.adwInfo[0], 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, OpenHandsTheCallersDwordsToTheProcedure) {
  Spy spy;
  MMIOINFO info = Spy::info();
  info.adwInfo[0] = 11;
  info.adwInfo[1] = 22;
  info.adwInfo[2] = 33;
  const HMMIO handle = mmioOpen(nullptr, &info, MMIO_READ);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(spy.seen_at_open.adwInfo[0], 11u);
  EXPECT_EQ(spy.seen_at_open.adwInfo[1], 22u);
  EXPECT_EQ(spy.seen_at_open.adwInfo[2], 33u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, OpenUnderDosAsksForPositionAndEnd) {
  Spy spy;
  MMIOINFO info = Spy::info();
  info.fccIOProc = FOURCC_DOS;
  char name[] = "x";
  const HMMIO handle = mmioOpen(name, &info, MMIO_READ);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(spy.messages,
            (Messages{opened(), sought(0, SEEK_CUR), sought(0, SEEK_END), sought(0)}));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, FailedOpenSendsNothingMore) {
  Spy spy;
  spy.instead = [](const Message&, MMIOINFO&) { return MMIOERR_NETWORKERROR; };
  MMIOINFO info = Spy::info();
  info.fccIOProc = FOURCC_DOS;
  char name[] = "x";
  EXPECT_EQ(mmioOpen(name, &info, MMIO_READ), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_NETWORKERROR});
  EXPECT_EQ(spy.messages, (Messages{opened()}));
}

TEST(Messages, OpenAnsweredByNoCodeIsCannotOpen) {
  Spy spy;
  spy.instead = [](const Message&, MMIOINFO&) { return -1; };
  MMIOINFO info = Spy::info();
  EXPECT_EQ(mmioOpen(nullptr, &info, MMIO_READ), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_CANNOTOPEN});
}

TEST(Messages, PositionOfAProcedureThatDoesNotBeginAtZeroIsTakenOver) {
  Spy spy;
  spy.instead = [](const Message& message, MMIOINFO& info) -> std::optional<LRESULT> {
    if (message.message == MMIOM_OPEN) info.lDiskOffset = 77;
    return {};
  };
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 77);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, UnbufferedWriteIsOneWriteAndNoSeek) {
  Spy spy;
  const HMMIO handle = spy.open();
  EXPECT_EQ(mmioWrite(handle, "abcdef", 6), 6);
  EXPECT_EQ(mmioWrite(handle, "", 0), 0);
  EXPECT_EQ(spy.messages, (Messages{wrote(6), wrote(0)}));
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(info.lBufOffset, 6);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, UnbufferedReadAndSeekAreOneMessageEach) {
  Spy spy;
  spy.content = "0123456789";
  const HMMIO handle = spy.open();
  char data[4];
  EXPECT_EQ(mmioSeek(handle, 5, SEEK_SET), 5);
  EXPECT_EQ(mmioRead(handle, data, 4), 4);
  EXPECT_EQ(spy.messages, (Messages{sought(5), asked_for(4)}));
  EXPECT_EQ(std::string(data, 4), "5678");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, CountsThatCannotBeAreErrors) {
  Spy spy;
  const HMMIO handle = spy.open();
  spy.instead = [](const Message&, MMIOINFO&) { return MMIOERR_CANNOTWRITE; };
  EXPECT_EQ(mmioWrite(handle, "abc", 3), -1);
  spy.instead = [](const Message&, MMIOINFO&) { return -7; };
  EXPECT_EQ(mmioWrite(handle, "abc", 3), -1);
  spy.instead = [](const Message&, MMIOINFO&) { return 2; };
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 2);
  spy.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, BadArgumentsReachNoProcedure) {
  Spy spy;
  const HMMIO handle = spy.open();
  char byte = 0;
  EXPECT_EQ(mmioWrite(handle, &byte, -1), -1);
  EXPECT_EQ(mmioRead(handle, &byte, -1), -1);
  EXPECT_EQ(mmioWrite(handle, nullptr, 1), -1);
  EXPECT_EQ(mmioRead(handle, nullptr, 1), -1);
  EXPECT_EQ(spy.messages, Messages{});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, FlushOfAnUnbufferedFileIsAWriteFlushOfLengthZero) {
  Spy spy;
  const HMMIO handle = spy.open();
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(mmioFlush(handle, MMIO_EMPTYBUF), 0u);
  EXPECT_EQ(spy.messages, (Messages{flushed(0), flushed(0)}));
  spy.instead = [](const Message&, MMIOINFO&) { return -1; };
  EXPECT_EQ(mmioFlush(handle, 0), UINT{MMIOERR_CANNOTWRITE});
  spy.instead = [](const Message&, MMIOINFO&) { return 1; };
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  spy.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, FlushOfADirtyBufferIsOneWriteFlushAndOfACleanOneLengthZero) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(mmioWrite(handle, "abcdef", 6), 6);
  EXPECT_EQ(spy.messages, Messages{});
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy.messages, (Messages{sought(0), flushed(6), flushed(0)}));
  EXPECT_EQ(spy.content, "abcdef");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, SecondFlushSendsOnlyWhatIsNew) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(mmioWrite(handle, "abcdef", 6), 6);
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "gh", 2), 2);
  spy.messages.clear();
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy.messages, (Messages{sought(6), flushed(2)}));
  EXPECT_EQ(spy.content, "abcdefgh");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, ProcedureWithoutWriteFlushGetsAWrite) {
  Spy spy;
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_WRITEFLUSH) return 0;
    return {};
  };
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy.content, "abc");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, CloseWritesTheBufferThenCloses) {
  Spy spy;
  const HMMIO handle = spy.open(16);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioClose(handle, MMIO_FHOPEN), 0u);
  EXPECT_EQ(spy.messages, (Messages{sought(0), wrote(3), closed(MMIO_FHOPEN)}));
}

TEST(Messages, CloseReturnsTheProceduresCodeAndDestroysTheHandle) {
  Spy spy;
  const HMMIO handle = spy.open();
  spy.instead = [](const Message&, MMIOINFO&) { return MMIOERR_CANNOTEXPAND; };
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMIOERR_CANNOTEXPAND});
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMSYSERR_INVALHANDLE});
}

TEST(Messages, SendMessagePassesUserMessagesOnly) {
  Spy spy;
  const HMMIO handle = spy.open();
  spy.instead = [](const Message&, MMIOINFO&) { return 4711; };
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER + 3, 7, -8), 4711);
  EXPECT_EQ(spy.messages, (Messages{{MMIOM_USER + 3, 7, -8}}));
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_WRITEFLUSH, 0, 0), LRESULT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER - 1, 0, 0), LRESULT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(spy.messages.size(), 1u);
  spy.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Messages, RenameGoesToTheChosenProcedure) {
  Spy spy;
  const MMIOINFO info = Spy::info();
  EXPECT_EQ(mmioRename("old", "new", &info, 0), 0u);
  EXPECT_EQ(spy.messages, (Messages{{MMIOM_RENAME, 0, 0}}));
  spy.instead = [](const Message&, MMIOINFO&) { return MMIOERR_ACCESSDENIED; };
  EXPECT_EQ(mmioRename("old", "new", &info, 0), UINT{MMIOERR_ACCESSDENIED});
}

TEST(Messages, DeleteAndTemporaryNamesReachTheProcedureAndOpenNothing) {
  Spy spy;
  MMIOINFO info = Spy::info();
  char name[128] = "x";
  EXPECT_EQ(mmioOpen(name, &info, MMIO_DELETE), reinterpret_cast<HMMIO>(TRUE));
  EXPECT_EQ(mmioOpen(name, &info, MMIO_GETTEMP), nullptr);
  EXPECT_EQ(spy.messages, (Messages{opened(), opened()}));
  spy.instead = [](const Message&, MMIOINFO&) { return MMIOERR_ACCESSDENIED; };
  EXPECT_EQ(mmioOpen(name, &info, MMIO_DELETE), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(mmioOpen(name, &info, MMIO_GETTEMP), reinterpret_cast<HMMIO>(MMIOERR_FILENOTFOUND));
}

TEST(Messages, ParseAndExistReachNoProcedure) {
  Spy spy;
  MMIOINFO info = Spy::info();
  char name[128] = "x";
  EXPECT_EQ(mmioOpen(name, &info, MMIO_PARSE), reinterpret_cast<HMMIO>(TRUE));
  std::strcpy(name, "/no/such/file");
  EXPECT_EQ(mmioOpen(name, &info, MMIO_EXIST), nullptr);
  EXPECT_EQ(spy.messages, Messages{});
}

TEST(Messages, ProceduresMayCallMmioThemselves) {
  Spy inner_file;
  static HMMIO inner;
  inner = inner_file.open();
  MMIOINFO info{};
  info.pIOProc = [](LPSTR, UINT message, LPARAM lparam1, LPARAM lparam2) -> LRESULT {
    if (message != MMIOM_WRITE) return 0;
    return mmioWrite(inner, reinterpret_cast<const char*>(lparam1), static_cast<LONG>(lparam2));
  };
  const HMMIO outer = mmioOpen(nullptr, &info, MMIO_WRITE);
  ASSERT_NE(outer, nullptr);
  EXPECT_EQ(mmioWrite(outer, "abc", 3), 3);
  EXPECT_EQ(inner_file.content, "abc");
  EXPECT_EQ(mmioClose(outer, 0), 0u);
  EXPECT_EQ(mmioClose(inner, 0), 0u);
}

}  // namespace
}  // namespace ringproc::test
