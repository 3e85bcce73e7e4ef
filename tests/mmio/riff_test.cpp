// RIFF: descending, ascending, creating chunks; exact bytes; damaged and cut files.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mmio/spy.hpp"

namespace ringproc::test {
namespace {

constexpr FOURCC kWave = mmioFOURCC('W', 'A', 'V', 'E');
constexpr FOURCC kFmt = mmioFOURCC('f', 'm', 't', ' ');
constexpr FOURCC kData = mmioFOURCC('d', 'a', 't', 'a');

std::string number(std::uint32_t value) {
  std::string bytes;
  for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

std::string chunk(const std::string& id, const std::string& data) {
  return id + number(static_cast<std::uint32_t>(data.size())) + data +
         (data.size() % 2 != 0 ? std::string(1, '\0') : "");
}

// RIFF AVI with a list in a list, laid out by hand: avih at 24, strl at 36, strh at 48.
std::string nested() {
  const std::string strl = chunk("LIST", "strl" + chunk("strh", "ssss") + chunk("strf", "fff"));
  const std::string hdrl = chunk("LIST", "hdrl" + chunk("avih", "aaaa") + strl);
  return chunk("RIFF", "AVI " + hdrl + chunk("LIST", "movi" + chunk("00dc", "payload")));
}

HMMIO open_bytes(std::string& bytes) {
  MMIOINFO info{};
  info.fccIOProc = FOURCC_MEM;
  info.pchBuffer = bytes.data();
  info.cchBuffer = static_cast<LONG>(bytes.size());
  return mmioOpen(nullptr, &info, MMIO_READ);
}

TEST(Descend, WithoutFlagsEntersTheNextChunk) {
  std::string bytes = nested();
  const HMMIO handle = open_bytes(bytes);
  MMCKINFO riff{};
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, 0), 0u);
  EXPECT_EQ(riff.ckid, DWORD{FOURCC_RIFF});
  EXPECT_EQ(riff.fccType, mmioFOURCC('A', 'V', 'I', ' '));
  EXPECT_EQ(riff.cksize, bytes.size() - 8);
  EXPECT_EQ(riff.dwDataOffset, 8u);
  EXPECT_EQ(riff.dwFlags, 0u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 12);
  MMCKINFO list{};
  EXPECT_EQ(mmioDescend(handle, &list, &riff, 0), 0u);
  EXPECT_EQ(list.fccType, mmioFOURCC('h', 'd', 'r', 'l'));
  EXPECT_EQ(list.dwDataOffset, 20u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 24);
  MMCKINFO avih{};
  EXPECT_EQ(mmioDescend(handle, &avih, &list, 0), 0u);
  EXPECT_EQ(avih.ckid, mmioFOURCC('a', 'v', 'i', 'h'));
  EXPECT_EQ(avih.fccType, 0u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 32);
  EXPECT_EQ(mmioAscend(handle, &avih, 0), 0u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 36);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Descend, FindsFormsListsAndChunks) {
  std::string bytes = nested();
  const HMMIO handle = open_bytes(bytes);
  MMCKINFO riff{};
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, MMIO_FINDRIFF), 0u);
  MMCKINFO movi{};
  movi.fccType = mmioFOURCC('m', 'o', 'v', 'i');
  EXPECT_EQ(mmioDescend(handle, &movi, &riff, MMIO_FINDLIST), 0u);
  MMCKINFO frame{};
  frame.ckid = mmioFOURCC('0', '0', 'd', 'c');
  EXPECT_EQ(mmioDescend(handle, &frame, &movi, MMIO_FINDCHUNK), 0u);
  EXPECT_EQ(frame.cksize, 7u);
  char data[7];
  EXPECT_EQ(mmioRead(handle, data, 7), 7);
  EXPECT_EQ(std::string(data, 7), "payload");
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Descend, FindriffGoesByTheFormType) {
  std::string bytes = nested();
  const HMMIO handle = open_bytes(bytes);
  MMCKINFO riff{};
  riff.ckid = kData;  // of no account
  riff.fccType = kWave;
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, MMIO_FINDRIFF), UINT{MMIOERR_CHUNKNOTFOUND});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Descend, FailedSearchShowsTheLastHeaderSeen) {
  std::string bytes = chunk("RIFF", "WAVE" + chunk("fmt ", "1234"));
  const HMMIO handle = open_bytes(bytes);
  MMCKINFO riff{};
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, 0), 0u);
  MMCKINFO wanted{};
  wanted.ckid = kData;
  EXPECT_EQ(mmioDescend(handle, &wanted, &riff, MMIO_FINDCHUNK), UINT{MMIOERR_CHUNKNOTFOUND});
  EXPECT_EQ(wanted.ckid, kFmt);
  EXPECT_EQ(wanted.dwDataOffset, 20u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Descend, StaysInsideTheParent) {
  std::string bytes = chunk("RIFF", "WAVE" + chunk("fmt ", "1234")) + chunk("data", "xx");
  const HMMIO handle = open_bytes(bytes);
  MMCKINFO riff{};
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, 0), 0u);
  MMCKINFO data{};
  data.ckid = kData;
  EXPECT_EQ(mmioDescend(handle, &data, &riff, MMIO_FINDCHUNK), UINT{MMIOERR_CHUNKNOTFOUND});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Descend, RefusesBadArguments) {
  std::string bytes = nested();
  const HMMIO handle = open_bytes(bytes);
  MMCKINFO any{};
  EXPECT_EQ(mmioDescend(handle, nullptr, nullptr, 0), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioDescend(handle, &any, nullptr, MMIO_FINDRIFF | MMIO_FINDLIST),
            UINT{MMSYSERR_INVALFLAG});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(Descend, FileCutAtEveryByteGivesAClearError) {
  const std::string whole = nested();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    for (const LONG buffer : {0, 7}) {
      Spy spy;
      spy.content = whole.substr(0, size);
      const HMMIO handle = spy.open(buffer, MMIO_READ);
      MMCKINFO riff{};
      MMCKINFO wanted{};
      wanted.ckid = kData;  // is not there: the search sees everything
      UINT error = mmioDescend(handle, &riff, nullptr, MMIO_FINDRIFF);
      if (error == 0) error = mmioDescend(handle, &wanted, &riff, MMIO_FINDCHUNK);
      EXPECT_TRUE(error == MMIOERR_CHUNKNOTFOUND || error == MMIOERR_INVALIDFILE) << size;
      EXPECT_EQ(mmioClose(handle, 0), 0u);
    }
  }
}

TEST(Descend, SizesUpToTheLargestDoNotWrap) {
  for (const std::uint32_t size :
       {0xFFFFFFFFu, 0xFFFFFFFEu, 0xFFFFFFF0u, 0x80000000u, 0x7FFFFFFFu}) {
    Spy spy;
    spy.content = "junk" + number(size) + std::string(100, 'x');
    const HMMIO handle = spy.open(0, MMIO_READ);
    MMCKINFO wanted{};
    wanted.ckid = kData;
    EXPECT_EQ(mmioDescend(handle, &wanted, nullptr, MMIO_FINDCHUNK), UINT{MMIOERR_CHUNKNOTFOUND});
    MMCKINFO huge{
        .ckid = kData, .cksize = size, .fccType = 0, .dwDataOffset = 0xFFFFFFF0u, .dwFlags = 0};
    EXPECT_EQ(mmioAscend(handle, &huge, 0), UINT{MMIOERR_CANNOTSEEK});
    EXPECT_EQ(mmioClose(handle, 0), 0u);
  }
}

TEST(Descend, ReadErrorIsNotAMissingChunk) {
  Spy spy;
  spy.content = nested();
  const HMMIO handle = spy.open(0, MMIO_READ);
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_READ) return -1;
    return {};
  };
  MMCKINFO riff{};
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, 0), UINT{MMIOERR_CANNOTREAD});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

class RiffWrite : public testing::TestWithParam<LONG> {};

TEST_P(RiffWrite, GivesExactBytes) {
  Spy spy;
  const HMMIO handle = spy.open(GetParam(), MMIO_READWRITE | MMIO_CREATE);
  MMCKINFO riff{};
  riff.fccType = kWave;
  EXPECT_EQ(mmioCreateChunk(handle, &riff, MMIO_CREATERIFF), 0u);
  EXPECT_EQ(riff.ckid, DWORD{FOURCC_RIFF});
  EXPECT_EQ(riff.dwDataOffset, 8u);
  EXPECT_EQ(riff.dwFlags, DWORD{MMIO_DIRTY});
  MMCKINFO data{};
  data.ckid = kData;
  EXPECT_EQ(mmioCreateChunk(handle, &data, 0), 0u);
  EXPECT_EQ(data.dwDataOffset, 20u);
  EXPECT_EQ(mmioWrite(handle, "abcde", 5), 5);
  EXPECT_EQ(mmioAscend(handle, &data, 0), 0u);
  EXPECT_EQ(data.cksize, 5u);
  EXPECT_EQ(mmioAscend(handle, &riff, 0), 0u);
  EXPECT_EQ(riff.cksize, 18u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 26);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, chunk("RIFF", "WAVE" + chunk("data", "abcde")));
}

TEST_P(RiffWrite, PadsAnOddChunkWhoseSizeWasRightFromTheStart) {
  Spy spy;
  const HMMIO handle = spy.open(GetParam(), MMIO_READWRITE | MMIO_CREATE);
  MMCKINFO data{};
  data.ckid = kData;
  data.cksize = 3;
  EXPECT_EQ(mmioCreateChunk(handle, &data, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_EQ(mmioAscend(handle, &data, 0), 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, chunk("data", "abc"));
}

TEST_P(RiffWrite, FailuresAreReported) {
  Spy spy;
  const HMMIO handle = spy.open(GetParam(), MMIO_READWRITE | MMIO_CREATE);
  MMCKINFO data{};
  data.ckid = kData;
  EXPECT_EQ(mmioCreateChunk(handle, &data, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "abcdefgh", 8), 8);
  spy.instead = [](const Message& message, MMIOINFO&) -> std::optional<LRESULT> {
    if (message.message == MMIOM_WRITE) return -1;
    return {};
  };
  MMCKINFO more{};
  const UINT created = mmioCreateChunk(handle, &more, MMIO_CREATELIST);
  const UINT ascended = mmioAscend(handle, &data, 0);
  const UINT end = mmioClose(handle, 0);
  // A buffer may hide it from the first call, not from the last.
  EXPECT_TRUE(created == MMIOERR_CANNOTWRITE || GetParam() > 12) << created;
  EXPECT_TRUE(ascended == MMIOERR_CANNOTWRITE || end == MMIOERR_CANNOTWRITE) << ascended << end;
}

INSTANTIATE_TEST_SUITE_P(BufferSizes, RiffWrite, testing::Values(0, 1, 5, 16, 8192));

TEST(Ascend, DirtyChunkThatBeginsBehindThePositionIsRefused) {
  Spy spy;
  const HMMIO handle = spy.open();
  MMCKINFO odd{
      .ckid = kData, .cksize = 0, .fccType = 0, .dwDataOffset = 100, .dwFlags = MMIO_DIRTY};
  EXPECT_EQ(mmioAscend(handle, &odd, 0), UINT{MMIOERR_CANNOTSEEK});
  EXPECT_EQ(mmioAscend(handle, nullptr, 0), UINT{MMSYSERR_INVALPARAM});
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

// The life of one buffered recording with direct access: every offset and the final bytes.
TEST(RiffWithDirectAccess, GivesExactOffsetsAndBytes) {
  Spy spy;
  const HMMIO handle = spy.open(0, MMIO_ALLOCBUF | MMIO_CREATE | MMIO_READWRITE);
  MMCKINFO riff{};
  riff.fccType = kWave;
  EXPECT_EQ(mmioCreateChunk(handle, &riff, MMIO_CREATERIFF), 0u);
  MMCKINFO data{};
  data.ckid = kData;
  EXPECT_EQ(mmioCreateChunk(handle, &data, 0), 0u);
  EXPECT_EQ(mmioWrite(handle, "01234567", 8), 8);
  MMIOINFO info{};
  EXPECT_EQ(mmioGetInfo(handle, &info, 0), 0u);
  for (int i = 0; i < 8; ++i) *info.pchNext++ = static_cast<char>('a' + i);
  EXPECT_EQ(mmioAdvance(handle, &info, MMIO_WRITE), 0u);
  EXPECT_EQ(info.lBufOffset, 36);
  for (int i = 0; i < 8; ++i) *info.pchNext++ = static_cast<char>('A' + i);
  info.dwFlags |= MMIO_DIRTY;
  EXPECT_EQ(mmioAdvance(handle, &info, MMIO_WRITE), 0u);
  EXPECT_EQ(info.lBufOffset, 44);
  for (int i = 0; i < 3; ++i) *info.pchNext++ = 'z';
  info.dwFlags |= MMIO_DIRTY;
  EXPECT_EQ(mmioSetInfo(handle, &info, 0), 0u);
  EXPECT_EQ(mmioAscend(handle, &data, 0), 0u);
  EXPECT_EQ(mmioAscend(handle, &riff, 0), 0u);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(spy.content, chunk("RIFF", "WAVE" + chunk("data", "01234567abcdefghABCDEFGHzzz")));
  EXPECT_EQ(riff.cksize, 0x28u);
  EXPECT_EQ(data.cksize, 0x1bu);
}

}  // namespace
}  // namespace ringproc::test
