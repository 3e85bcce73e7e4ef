// What a real winmm sends to a procedure, call by call: the ground the ring procedure stands on.
// Classes of sequences, not each SEEK, so that another winmm that does the same work passes.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "mmio/spy.hpp"

namespace ringproc::test {
namespace {

using Kinds = std::vector<UINT>;
constexpr LONG kBuffer = 8192;

class Traces : public testing::Test {
 protected:
  // No call of the API sends it: a durable flush needs a user message.
  void TearDown() override { EXPECT_EQ(count(MMIOM_WRITEFLUSH), 0); }

  [[nodiscard]] std::ptrdiff_t count(UINT message) const {
    return std::ranges::count(spy_.messages, message, &Message::message);
  }
  [[nodiscard]] Kinds kinds_without_seeks() const {
    Kinds kinds;
    for (const Message& message : spy_.messages) {
      if (message.message != MMIOM_SEEK) kinds.push_back(message.message);
    }
    return kinds;
  }
  [[nodiscard]] std::int64_t bytes_written() const {
    return std::accumulate(spy_.messages.begin(), spy_.messages.end(), std::int64_t{0},
                           [](std::int64_t sum, const Message& message) {
                             return message.message == MMIOM_WRITE ? sum + message.second : sum;
                           });
  }
  void fail_writes() {
    spy_.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
      if (message.message == MMIOM_WRITE) return -1;
      return {};
    };
  }

  Spy spy_;
};

TEST_F(Traces, OpenIsOneOpenAndNoSeekForACodeOfOnesOwn) {
  MMIOINFO info = Spy::info();
  char name[] = "some name";
  const HMMIO handle = mmioOpenA(name, &info, MMIO_READWRITE | MMIO_DENYWRITE);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(spy_.messages, (std::vector{opened()}));
  EXPECT_EQ(spy_.name_at_open, "some name");
  EXPECT_EQ(spy_.seen_at_open.dwFlags, DWORD{MMIO_READWRITE | MMIO_DENYWRITE});
  EXPECT_EQ(spy_.seen_at_open.adwInfo[0], 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, OpenUnderDosAsksForPositionAndEnd) {
  MMIOINFO info = Spy::info();
  info.fccIOProc = FOURCC_DOS;
  char name[] = "x";
  const HMMIO handle = mmioOpenA(name, &info, MMIO_READ);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(kinds_without_seeks(), Kinds{MMIOM_OPEN});
  EXPECT_GT(count(MMIOM_SEEK), 0);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 0);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, FailedOpenIsFollowedBySeeksAtMost) {
  spy_.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_OPEN) return MMIOERR_FILENOTFOUND;
    return -1;
  };
  MMIOINFO info = Spy::info();
  info.fccIOProc = FOURCC_DOS;
  char name[] = "x";
  EXPECT_EQ(mmioOpenA(name, &info, MMIO_READ), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_FILENOTFOUND});
  EXPECT_EQ(kinds_without_seeks(), Kinds{MMIOM_OPEN});
}

TEST_F(Traces, UnbufferedWriteIsOneWholeWriteAndNoSeek) {
  const std::string large(1 << 20, 'x');
  const HMMIO handle = spy_.open();
  EXPECT_EQ(mmioWrite(handle, large.data(), 1 << 20), 1 << 20);
  EXPECT_EQ(mmioWrite(handle, large.data(), 0), 0);
  EXPECT_EQ(spy_.messages, (std::vector{wrote(1 << 20), wrote(0)}));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, UnbufferedResultsAreTheProcedures) {
  const HMMIO handle = spy_.open();
  fail_writes();
  EXPECT_EQ(mmioWrite(handle, "abc", 3), -1);
  spy_.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, BufferedWriteIsCutIntoBuffersEachAfterASeek) {
  std::string large(128 * kBuffer, 'x');
  large.back() = 'y';
  const HMMIO handle = spy_.open(kBuffer);
  EXPECT_EQ(mmioWrite(handle, large.data(), 128 * kBuffer), 128 * kBuffer);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy_.content, large);
  EXPECT_EQ(bytes_written(), 128 * kBuffer);
  for (std::size_t i = 0; i < spy_.messages.size(); ++i) {
    if (spy_.messages[i].message != MMIOM_WRITE) continue;
    ASSERT_GT(i, 0u);
    EXPECT_EQ(spy_.messages[i - 1].message, UINT{MMIOM_SEEK});
  }
}

TEST_F(Traces, FlushOfAnUnbufferedFileSendsNothing) {
  const HMMIO handle = spy_.open();
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  spy_.messages.clear();
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy_.messages, std::vector<Message>{});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, FlushOfABufferIsSeekAndWriteAndOfACleanOneNothing) {
  const HMMIO handle = spy_.open(kBuffer);
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy_.messages, std::vector<Message>{});
  EXPECT_EQ(mmioWrite(handle, "abcdef", 6), 6);
  EXPECT_EQ(mmioFlush(handle, 0), 0u);
  EXPECT_EQ(spy_.messages, (std::vector{sought(0), wrote(6)}));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, FlushedBufferMayBeSentAgainButEndsRight) {
  const HMMIO handle = spy_.open(kBuffer);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(mmioWrite(handle, "abcdef", 6), 6);
    EXPECT_EQ(mmioFlush(handle, 0), 0u);
  }
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy_.content, "abcdefabcdefabcdef");
  EXPECT_GE(bytes_written(), 18);
}

TEST_F(Traces, CloseWritesTheBufferThenClosesWithItsFlags) {
  const HMMIO handle = spy_.open(kBuffer);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioClose(handle, MMIO_FHOPEN), 0u);
  EXPECT_EQ(kinds_without_seeks(), (Kinds{MMIOM_WRITE, MMIOM_CLOSE}));
  EXPECT_EQ(spy_.messages.back(), closed(MMIO_FHOPEN));
}

// So the procedure has to tell of every lost write once more when it is closed.
TEST_F(Traces, BufferedErrorsReachNobodyButCloseTellsWhatTheProcedureAnswers) {
  const HMMIO handle = spy_.open(16);
  spy_.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_WRITE) return -1;
    if (message.message == MMIOM_CLOSE) return MMIOERR_CANNOTEXPAND;
    return {};
  };
  static_cast<void>(mmioWrite(handle, "0123456789abcdefghijklmn", 24));
  static_cast<void>(mmioFlush(handle, 0));
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMIOERR_CANNOTEXPAND});
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(count(MMIOM_CLOSE), 1);
}

TEST_F(Traces, UnbufferedSeekAndReadAreOneMessageEach) {
  spy_.content = "0123456789";
  const HMMIO handle = spy_.open();
  char data[4];
  EXPECT_EQ(mmioSeek(handle, 5, SEEK_SET), 5);
  EXPECT_EQ(mmioRead(handle, data, 4), 4);
  EXPECT_EQ(spy_.messages, (std::vector{sought(5), asked_for(4)}));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, SetBufferAndAdvanceWriteWhatIsInTheBuffer) {
  const HMMIO handle = spy_.open(16);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 32, 0), 0u);
  EXPECT_EQ(kinds_without_seeks(), Kinds{MMIOM_WRITE});
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  std::fill(info.pchNext, info.pchEndWrite, 'd');
  info.pchNext = info.pchEndWrite;
  info.dwFlags |= MMIO_DIRTY;
  EXPECT_EQ(mmioAdvance(handle, &info, MMIO_WRITE), 0u);
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy_.content, "abc" + std::string(32, 'd'));
}

TEST_F(Traces, AscendWritesThePadByteAndPatchesTheSize) {
  const HMMIO handle = spy_.open();
  MMCKINFO chunk{};
  chunk.ckid = mmioFOURCC('d', 'a', 't', 'a');
  EXPECT_EQ(mmioCreateChunk(handle, &chunk, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  spy_.messages.clear();
  EXPECT_EQ(mmioAscend(handle, &chunk, 0), 0u);
  EXPECT_EQ(bytes_written(), 1 + 4);
  EXPECT_NE(std::ranges::find(spy_.messages, sought(4)), spy_.messages.end());
  EXPECT_EQ(spy_.content, std::string("data\x03\0\0\0abc\0", 12));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, SendMessagePassesUserMessagesOnly) {
  const HMMIO handle = spy_.open();
  spy_.instead = [](const Message&, MMIOINFO&) { return 4711; };
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER + 3, 7, -8), 4711);
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_WRITEFLUSH, 0, 0), LRESULT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(spy_.messages, (std::vector<Message>{{MMIOM_USER + 3, 7, -8}}));
  spy_.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST_F(Traces, RenameGoesToTheChosenProcedure) {
  const MMIOINFO info = Spy::info();
  EXPECT_EQ(mmioRenameA("old", "new", &info, 0), 0u);
  EXPECT_EQ(spy_.messages, (std::vector<Message>{{MMIOM_RENAME, 0, 0}}));
}

TEST_F(Traces, ParseAndExistReachNoProcedure) {
  MMIOINFO info = Spy::info();
  char name[260] = "x";
  static_cast<void>(mmioOpenA(name, &info, MMIO_PARSE));
  static_cast<void>(mmioOpenA(name, &info, MMIO_EXIST));
  EXPECT_EQ(spy_.messages, std::vector<Message>{});
}

// Why `ringproc run` cannot simply install the ring under 'DOS '.
TEST_F(Traces, InstalledDosServesWhoNamesItButNotPlainNames) {
  ASSERT_EQ(mmioInstallIOProcA(FOURCC_DOS, Spy::procedure, MMIO_INSTALLPROC), &Spy::procedure);
  char name[] = "there-is-no-such-file";
  EXPECT_EQ(mmioOpenA(name, nullptr, MMIO_READ), nullptr);
  EXPECT_EQ(spy_.messages, std::vector<Message>{});
  MMIOINFO info{};
  info.fccIOProc = FOURCC_DOS;
  const HMMIO handle = mmioOpenA(name, &info, MMIO_READ);
  EXPECT_NE(handle, nullptr);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(mmioInstallIOProcA(FOURCC_DOS, Spy::procedure, MMIO_REMOVEPROC), &Spy::procedure);
}

// What the procedure keeps in MMIOINFO comes back changed from programs that copy it out and in.
TEST_F(Traces, SetInfoOverwritesWhatTheProcedureKeeps) {
  const HMMIO handle = spy_.open();
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  info.adwInfo[1] = 4711;
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  DWORD seen = 0;
  spy_.instead = [&seen](const Message&, MMIOINFO& live) -> std::optional<LRESULT> {
    seen = live.adwInfo[1];
    return {};
  };
  EXPECT_EQ(mmioWrite(handle, "x", 1), 1);
  EXPECT_EQ(seen, 4711u);
  spy_.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

}  // namespace
}  // namespace ringproc::test
