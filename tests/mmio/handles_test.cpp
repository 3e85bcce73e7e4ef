// Handles: never dereferenced, stale ones told apart.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "mmio/spy.hpp"

namespace ringproc::test {
namespace {

void expect_invalid(HMMIO handle) {
  MMIOINFO info{};
  MMCKINFO chunk{};
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), -1);
  EXPECT_EQ(mmioWrite(handle, &byte, 1), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), -1);
  EXPECT_EQ(mmioFlush(handle, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioSetBuffer(handle, nullptr, 8, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioAdvance(handle, nullptr, MMIO_READ), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioDescend(handle, &chunk, nullptr, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioAscend(handle, &chunk, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioCreateChunk(handle, &chunk, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER, 0, 0), LRESULT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMSYSERR_INVALHANDLE});
}

TEST(Handles, NumbersThatWereNeverGivenOutAreRefused) {
  int local = 0;
  const std::vector<std::uintptr_t> numbers{
      0, 1, 257, 0xFFFF, 0x7FFFFFFF, UINTPTR_MAX, reinterpret_cast<std::uintptr_t>(&local)};
  for (const std::uintptr_t number : numbers) {
    expect_invalid(reinterpret_cast<HMMIO>(number));
  }
}

TEST(Handles, ClosedOneIsRefusedAlsoWhenItsSlotIsInUseAgain) {
  Spy spy;
  const HMMIO stale = spy.open();
  EXPECT_EQ(mmioClose(stale, 0), 0u);
  expect_invalid(stale);
  std::vector<HMMIO> open;
  for (int i = 0; i < 200; ++i) open.push_back(spy.open());
  expect_invalid(stale);
  for (const HMMIO handle : open) EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Handles, AreSmallAndAllDifferent) {
  Spy spy;
  std::set<HMMIO> open;
  for (int i = 0; i < 1000; ++i) open.insert(spy.open());
  EXPECT_EQ(open.size(), 1000u);
  for (const HMMIO handle : open) {
    EXPECT_LE(reinterpret_cast<std::uintptr_t>(handle), 0x7FFFFFFFu);
    EXPECT_EQ(mmioClose(handle, 0), 0u);
  }
}

TEST(Handles, TooManyAreRefusedAndOneClosedMakesRoom) {
  Spy spy;
  std::vector<HMMIO> open;
  for (HMMIO handle = spy.open(); handle != nullptr; handle = spy.open()) open.push_back(handle);
  EXPECT_GT(open.size(), 60000u);
  MMIOINFO info = Spy::info();
  EXPECT_EQ(mmioOpen(nullptr, &info, MMIO_READ), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_TOOMANYOPENFILES});
  EXPECT_EQ(mmioClose(open.back(), 0), 0u);
  open.back() = spy.open();
  EXPECT_NE(open.back(), nullptr);
  for (const HMMIO handle : open) EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Handles, OneIsNotValidWhileItsOpenIsUnderWay) {
  Spy spy;
  spy.instead = [](const Message& message, MMIOINFO& info) -> std::optional<LRESULT> {
    if (message.message == MMIOM_OPEN) {
      EXPECT_EQ(mmioFlush(info.hmmio, 0), UINT{MMSYSERR_INVALHANDLE});
    }
    return {};
  };
  const HMMIO handle = spy.open();
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Handles, ProcedureCannotCloseTheHandleItIsCalledFor) {
  Spy spy;
  const HMMIO handle = spy.open();
  spy.instead = [](const Message&, MMIOINFO& info) -> std::optional<LRESULT> {
    return static_cast<LRESULT>(mmioClose(info.hmmio, 0));
  };
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER, 0, 0), LRESULT{MMIOERR_CANNOTCLOSE});
  spy.instead = nullptr;
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

}  // namespace
}  // namespace ringproc::test
