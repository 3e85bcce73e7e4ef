// The ring procedure under a real winmm, in what concerns this host alone: durable flushes beside
// winmm's own buffer, MMIOINFO that comes back stale, threads.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "mmio/temp_file.hpp"
#include "ringproc/install.h"

namespace ringproc::test {
namespace {

HMMIO open_ring(const std::string& path, LONG buffer = 0, DWORD flags = MMIO_CREATE) {
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  info.cchBuffer = buffer;
  std::string name = path;
  const HMMIO handle = mmioOpenA(name.data(), &info, MMIO_READWRITE | flags);
  EXPECT_NE(handle, nullptr) << info.wErrorRet;
  return handle;
}

ringproc_stats stats_of(HMMIO handle) {
  ringproc_stats stats{};
  stats.size = sizeof stats;
  EXPECT_EQ(ringproc_mmio_stats(handle, &stats), 0u);
  return stats;
}

// A record's bytes tell who wrote it and which it is.
constexpr std::size_t kRecord = 64;
std::string record(char writer, int number) {
  std::string text = writer + std::to_string(number);
  text.resize(kRecord, writer);
  return text;
}

void write_records(HMMIO handle, char writer, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string text = record(writer, i);
    ASSERT_EQ(mmioWrite(handle, text.data(), kRecord), LONG{kRecord});
  }
}

TEST(RingUnderWinmm, FlushMakesDurableWhatWinmmHoldsInItsBuffer) {
  TempFile file;
  const HMMIO handle = open_ring(file.path(), 8192);
  EXPECT_EQ(mmioWrite(handle, "0123456789", 10), 10);
  EXPECT_EQ(stats_of(handle).accepted, 0u);
  EXPECT_EQ(ringproc_mmio_flush(handle), 0u);
  EXPECT_EQ(stats_of(handle).durable, stats_of(handle).accepted);
  EXPECT_EQ(file.get(), "0123456789");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(RingUnderWinmm, FlushOfTheAcceptedLeavesWinmmsBufferAlone) {
  TempFile file;
  const HMMIO handle = open_ring(file.path(), 8192);
  EXPECT_EQ(mmioWrite(handle, "0123456789", 10), 10);
  EXPECT_EQ(ringproc_mmio_flush_accepted(handle), 0u);
  EXPECT_EQ(file.get(), "");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get(), "0123456789");
}

// winmm tells nobody that a write of its buffer was refused.
TEST(RingUnderWinmm, FlushFailsOnceAWriteOfTheBufferWasRefused) {
  TempFile file;
  const HMMIO handle = open_ring(file.path(), 8192);
  EXPECT_EQ(mmioWrite(handle, "kept", 4), 4);
  EXPECT_EQ(ringproc_mmio_flush(handle), 0u);
  EXPECT_EQ(mmioSeek(handle, -16, SEEK_SET), -16);  // 16 bytes before 4 GiB
  EXPECT_EQ(mmioWrite(handle, std::string(100, 'x').data(), 100), 100);
  EXPECT_EQ(ringproc_mmio_flush(handle), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_NE(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get(), "kept");
}

TEST(RingUnderWinmm, ExclusiveFileIsNotDeletedByOthers) {
  TempFile file;
  const HMMIO handle = open_ring(file.path(), 0, MMIO_CREATE | MMIO_EXCLUSIVE);
  EXPECT_EQ(mmioWrite(handle, "kept", 4), 4);
  EXPECT_FALSE(DeleteFileA(file.name()));
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get(), "kept");
}

TEST(RingUnderWinmm, FlushAndStatisticsRefuseWhatIsNotTheirs) {
  TempFile file;
  const HMMIO foreign = mmioOpenA(file.name(), nullptr, MMIO_CREATE | MMIO_READWRITE);
  ringproc_stats stats{};
  stats.size = sizeof stats;
  EXPECT_EQ(ringproc_mmio_flush(foreign), UINT{MMSYSERR_NOTSUPPORTED});
  EXPECT_EQ(ringproc_mmio_stats(foreign, &stats), UINT{MMSYSERR_NOTSUPPORTED});
  EXPECT_EQ(mmioClose(foreign, 0), 0u);
  EXPECT_EQ(ringproc_mmio_flush(foreign), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(ringproc_mmio_stats(foreign, &stats), UINT{MMSYSERR_INVALHANDLE});
}

TEST(RingUnderWinmm, InfoThatComesBackStaleChangesNothing) {
  TempFile file;
  const HMMIO handle = open_ring(file.path());
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "first", 5), 5);
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "second", 6), 6);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get(), "firstsecond");
}

TEST(RingUnderWinmm, InfoOfAnotherFileIsRefusedAndHarmsNeither) {
  TempFile mine;
  TempFile other;
  const HMMIO handle = open_ring(mine.path());
  MMIOINFO own{};
  EXPECT_EQ(mmioGetInfo(handle, &own, 0), 0u);
  MMIOINFO forged = own;
  forged.adwInfo[1] ^= 0x5A5A;
  forged.adwInfo[2] ^= 0xA5A5;
  EXPECT_EQ(mmioSetInfo(handle, &forged, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "x", 1), -1);
  EXPECT_EQ(mmioSetInfo(handle, &own, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "y", 1), 1);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(mine.get(), "y");
}

TEST(RingUnderWinmm, TwoThreadsOnTwoFilesKeepThemApart) {
  constexpr int kCount = 20000;
  std::array<TempFile, 2> files;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&file = files[static_cast<std::size_t>(i)], i] {
      const HMMIO handle = open_ring(file.path());
      write_records(handle, static_cast<char>('a' + i), kCount);
      EXPECT_EQ(mmioClose(handle, 0), 0u);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < 2; ++i) {
    std::string expected;
    for (int number = 0; number < kCount; ++number) {
      expected += record(static_cast<char>('a' + i), number);
    }
    EXPECT_TRUE(files[i].get() == expected);
  }
}

TEST(RingUnderWinmm, TwoThreadsOnOneFileLoseNoRecord) {
  constexpr int kCount = 5000;
  TempFile file;
  const HMMIO handle = open_ring(file.path());
  std::thread first([handle] { write_records(handle, 'a', kCount); });
  std::thread second([handle] { write_records(handle, 'b', kCount); });
  first.join();
  second.join();
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  const std::string content = file.get();
  ASSERT_EQ(content.size(), 2 * kCount * kRecord);
  std::array<int, 2> next{};
  for (std::size_t at = 0; at < content.size(); at += kRecord) {
    const char writer = content[at];
    ASSERT_TRUE(writer == 'a' || writer == 'b') << at;
    int& number = next[static_cast<std::size_t>(writer - 'a')];
    ASSERT_EQ(content.substr(at, kRecord), record(writer, number++)) << at;
  }
}

TEST(RingUnderWinmm, ThreadFlushesBesideTheWriter) {
  TempFile file;
  const HMMIO handle = open_ring(file.path());
  std::thread writer([handle] { write_records(handle, 'a', 5000); });
  for (int i = 0; i < 20; ++i) {
    const auto accepted = stats_of(handle).accepted;
    EXPECT_EQ(ringproc_mmio_flush_accepted(handle), 0u);
    EXPECT_GE(stats_of(handle).durable, accepted);
  }
  writer.join();
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get().size(), 5000 * kRecord);
}

}  // namespace
}  // namespace ringproc::test
