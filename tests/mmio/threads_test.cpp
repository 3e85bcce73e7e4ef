// One handle in two threads: what mmio.h promises. To be run under ThreadSanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "mmio/temp_file.hpp"
#include "ringproc/mmio.h"

namespace ringproc::test {
namespace {

TEST(Threads, FlushAndUserMessagesBesideAnUnbufferedWriter) {
  TempFile file;
  const HMMIO handle = mmioOpen(file.name(), nullptr, MMIO_CREATE | MMIO_READWRITE);
  ASSERT_NE(handle, nullptr);
  std::atomic<bool> done{false};
  std::thread flusher([&] {
    while (!done.load()) {
      EXPECT_EQ(mmioFlush(handle, 0), 0u);
      EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER + 1, 0, 0), 0);
    }
  });
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(mmioWrite(handle, "0123456789", 10), 10);
  done = true;
  flusher.join();
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get().size(), 20000u);
}

// A procedure whose WRITEFLUSH waits until it is let go.
struct Gate {
  static inline std::binary_semaphore entered{0};
  static inline std::binary_semaphore leave{0};
  static inline std::atomic<bool> closed{false};

  static LRESULT CALLBACK procedure(LPSTR, UINT message, LPARAM, LPARAM lparam2) {
    if (message == MMIOM_WRITEFLUSH) {
      entered.release();
      leave.acquire();
      EXPECT_FALSE(closed.load());
    }
    if (message == MMIOM_CLOSE) closed = true;
    return message == MMIOM_WRITE ? lparam2 : 0;
  }
  static HMMIO open() {
    closed = false;
    MMIOINFO info{};
    info.pIOProc = procedure;
    return mmioOpen(nullptr, &info, MMIO_READWRITE);
  }
};

TEST(Threads, WriterGoesOnWhileAFlushWaitsInTheProcedure) {
  const HMMIO handle = Gate::open();
  std::thread flusher([&] { EXPECT_EQ(mmioFlush(handle, 0), 0u); });
  Gate::entered.acquire();
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER, 0, 0), 0);
  const HMMIO other = Gate::open();
  EXPECT_EQ(mmioClose(other, 0), 0u);
  Gate::closed = false;
  Gate::leave.release();
  flusher.join();
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Threads, CloseWaitsForACallInProgressAndLaterCallersAreRefused) {
  const HMMIO handle = Gate::open();
  std::thread flusher([&] { EXPECT_EQ(mmioFlush(handle, 0), 0u); });
  Gate::entered.acquire();
  std::thread closer([&] { EXPECT_EQ(mmioClose(handle, 0), 0u); });
  while (mmioSendMessage(handle, MMIOM_USER, 0, 0) == 0) std::this_thread::yield();
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER, 0, 0), LRESULT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_FALSE(Gate::closed.load());
  Gate::leave.release();
  flusher.join();
  closer.join();
  EXPECT_TRUE(Gate::closed.load());
}

TEST(Threads, OnlyOneOfManyClosersSucceeds) {
  for (int round = 0; round < 200; ++round) {
    const HMMIO handle = Gate::open();
    std::atomic<int> successes{0};
    std::vector<std::thread> closers;
    for (int i = 0; i < 4; ++i) {
      closers.emplace_back([&] { successes += mmioClose(handle, 0) == 0 ? 1 : 0; });
    }
    for (std::thread& closer : closers) closer.join();
    EXPECT_EQ(successes.load(), 1);
  }
}

TEST(Threads, OpeningAndInstallingBesideEachOther) {
  constexpr FOURCC kCode = mmioFOURCC('T', 'H', 'R', ' ');
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) {
        EXPECT_NE(mmioInstallIOProc(kCode, Gate::procedure, MMIO_INSTALLPROC), nullptr);
        MMIOINFO info{};
        info.fccIOProc = kCode;
        const HMMIO handle = mmioOpen(nullptr, &info, MMIO_READWRITE);
        if (handle != nullptr) {
          EXPECT_EQ(mmioWrite(handle, "x", 1), 1);
          EXPECT_EQ(mmioClose(handle, 0), 0u);
        }
        // The newest may be in use elsewhere; then this one is removed at the end.
        mmioInstallIOProc(kCode, nullptr, MMIO_REMOVEPROC);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (mmioInstallIOProc(kCode, nullptr, MMIO_REMOVEPROC) != nullptr) {
  }
  EXPECT_EQ(mmioInstallIOProc(kCode, nullptr, MMIO_FINDPROC), nullptr);
}

}  // namespace
}  // namespace ringproc::test
