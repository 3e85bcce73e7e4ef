// Offsets up to 4 GiB - 2, in sparse files.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "conformance/suite.hpp"

namespace ringproc::test {

template <class Traits>
class LargeFile : public WithFile<Traits> {};
TYPED_TEST_SUITE_P(LargeFile);

TYPED_TEST_P(LargeFile, WorksAcrossTwoGibibytes) {
  if (excused<TypeParam>(kEndsAtTwoGibibytes, "kEndsAtTwoGibibytes") ||
      excused<TypeParam>(kDosSizeIsStale, "kDosSizeIsStale"))
    return;
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_READWRITE);
  EXPECT_EQ(mmioSeek(handle, 0x7FFFFFFE, SEEK_SET), 0x7FFFFFFE);
  EXPECT_EQ(write_text(handle, "abcd"), 4);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), static_cast<LONG>(0x80000002u));
  EXPECT_EQ(mmioSeek(handle, static_cast<LONG>(0x80000000u), SEEK_SET),
            static_cast<LONG>(0x80000000u));
  EXPECT_EQ(read_text(handle, 10), "cd");
  EXPECT_EQ(mmioSeek(handle, 3, SEEK_END), 0x7FFFFFFF);
  EXPECT_EQ(read_text(handle, 10), "bcd");
  this->close(handle);
  EXPECT_EQ(std::filesystem::file_size(this->file_.path()), 0x80000002u);
}

TYPED_TEST_P(LargeFile, EndsTwoBytesBelowFourGibibytes) {
  if (excused<TypeParam>(kEndsAtTwoGibibytes, "kEndsAtTwoGibibytes") ||
      excused<TypeParam>(kBufferHidesErrors, "kBufferHidesErrors"))
    return;
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_READWRITE);
  const auto start = static_cast<LONG>(0xFFFFFFFAu);
  EXPECT_EQ(mmioSeek(handle, start, SEEK_SET), start);
  EXPECT_EQ(write_text(handle, "12345"), -1);
  EXPECT_EQ(write_text(handle, "1234"), 4);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), -2);
  EXPECT_EQ(write_text(handle, "x"), -1);
  EXPECT_EQ(mmioSeek(handle, 1, SEEK_CUR), -1);
  EXPECT_EQ(mmioSeek(handle, -1, SEEK_SET), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), -2);
  EXPECT_EQ(mmioSeek(handle, start, SEEK_SET), start);
  EXPECT_EQ(read_text(handle, 10), "1234");
  // A procedure may say once more at the end that a write was refused.
  const UINT closed = mmioClose(handle, 0);
  EXPECT_TRUE(closed == MMSYSERR_NOERROR || closed == MMIOERR_CANNOTWRITE) << closed;
  EXPECT_EQ(std::filesystem::file_size(this->file_.path()), 0xFFFFFFFEu);
}

TYPED_TEST_P(LargeFile, RiffChunksMayBeLargerThanTwoGibibytes) {
  if (excused<TypeParam>(kEndsAtTwoGibibytes, "kEndsAtTwoGibibytes")) return;
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_READWRITE);
  MMCKINFO riff{};
  riff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
  EXPECT_EQ(mmioCreateChunk(handle, &riff, MMIO_CREATERIFF), 0u);
  MMCKINFO data{};
  data.ckid = mmioFOURCC('d', 'a', 't', 'a');
  EXPECT_EQ(mmioCreateChunk(handle, &data, 0), 0u);
  const auto near_end = static_cast<LONG>(0xE0000000u);
  EXPECT_EQ(mmioSeek(handle, near_end, SEEK_SET), near_end);
  EXPECT_EQ(write_text(handle, "end"), 3);
  EXPECT_EQ(mmioAscend(handle, &data, 0), 0u);
  EXPECT_EQ(data.cksize, 0xE0000003u - 20);
  EXPECT_EQ(mmioAscend(handle, &riff, 0), 0u);

  EXPECT_EQ(mmioSeek(handle, 0, SEEK_SET), 0);
  MMCKINFO found{};
  EXPECT_EQ(mmioDescend(handle, &riff, nullptr, MMIO_FINDRIFF), 0u);
  EXPECT_EQ(mmioDescend(handle, &found, &riff, 0), 0u);
  EXPECT_EQ(found.cksize, data.cksize);
  EXPECT_EQ(mmioAscend(handle, &found, 0), 0u);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), static_cast<LONG>(0xE0000004u));
  this->close(handle);
}

REGISTER_TYPED_TEST_SUITE_P(LargeFile, WorksAcrossTwoGibibytes, EndsTwoBytesBelowFourGibibytes,
                            RiffChunksMayBeLargerThanTwoGibibytes);

}  // namespace ringproc::test
