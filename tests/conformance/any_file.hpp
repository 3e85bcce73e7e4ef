// One open file, with a name or without: reading, writing, seeking, flushing, RIFF.
#pragma once

#include <cstdlib>
#include <random>
#include <string>

#include "conformance/suite.hpp"

namespace ringproc::test {

template <class Traits>
class AnyFile : public testing::Test {
 protected:
  AnyFile() {
    MMIOINFO info = selection<Traits>();
    constexpr DWORD kFlags = MMIO_CREATE | MMIO_READWRITE;
    handle_ = mmioOpen(Traits::kNames ? file_.name() : nullptr, &info, kFlags);
    EXPECT_NE(handle_, nullptr) << info.wErrorRet;
  }
  ~AnyFile() override {
    if (handle_ != nullptr) {
      EXPECT_EQ(mmioClose(handle_, 0), 0u);
    }
  }
  [[nodiscard]] LONG position() const { return mmioSeek(handle_, 0, SEEK_CUR); }

  TempFile file_;
  HMMIO handle_ = nullptr;
};
TYPED_TEST_SUITE_P(AnyFile);

TYPED_TEST_P(AnyFile, BeginsEmptyAtZero) {
  EXPECT_EQ(this->position(), 0);
  EXPECT_EQ(mmioSeek(this->handle_, 0, SEEK_END), 0);
  EXPECT_EQ(read_text(this->handle_, 10), "");
}

TYPED_TEST_P(AnyFile, WriteReturnsItsCountAndMovesThePosition) {
  EXPECT_EQ(write_text(this->handle_, "hello"), 5);
  EXPECT_EQ(write_text(this->handle_, ", world"), 7);
  EXPECT_EQ(this->position(), 12);
  EXPECT_EQ(read_all(this->handle_), "hello, world");
}

TYPED_TEST_P(AnyFile, DataMayBeReusedAsSoonAsWriteReturns) {
  std::string text = "aaaa";
  EXPECT_EQ(write_text(this->handle_, text), 4);
  text = "bbbb";
  EXPECT_EQ(read_all(this->handle_), "aaaa");
}

TYPED_TEST_P(AnyFile, OverwritingKeepsTheRest) {
  EXPECT_EQ(write_text(this->handle_, "0123456789"), 10);
  EXPECT_EQ(mmioSeek(this->handle_, 3, SEEK_SET), 3);
  EXPECT_EQ(write_text(this->handle_, "abc"), 3);
  EXPECT_EQ(this->position(), 6);
  EXPECT_EQ(read_all(this->handle_), "012abc6789");
}

TYPED_TEST_P(AnyFile, LastOfOverlappingWritesWins) {
  EXPECT_EQ(write_text(this->handle_, std::string(100, '.')), 100);
  std::string expected(100, '.');
  for (int i = 0; i < 40; ++i) {
    const std::string piece(10, static_cast<char>('A' + i % 26));
    const LONG at = i * 7 % 90;
    EXPECT_EQ(mmioSeek(this->handle_, at, SEEK_SET), at);
    EXPECT_EQ(write_text(this->handle_, piece), 10);
    expected.replace(static_cast<std::size_t>(at), 10, piece);
  }
  EXPECT_EQ(read_all(this->handle_), expected);
}

TYPED_TEST_P(AnyFile, ReadStopsAtTheEnd) {
  EXPECT_EQ(write_text(this->handle_, "abcdef"), 6);
  EXPECT_EQ(mmioSeek(this->handle_, 4, SEEK_SET), 4);
  EXPECT_EQ(read_text(this->handle_, 100), "ef");
  EXPECT_EQ(read_text(this->handle_, 100), "");
  EXPECT_EQ(this->position(), 6);
}

TYPED_TEST_P(AnyFile, SeekEndSubtractsAndSeekCurAdds) {
  if (excused<TypeParam>(kBufferNotInSeekEnd, "kBufferNotInSeekEnd")) return;
  EXPECT_EQ(write_text(this->handle_, std::string(64, 'x')), 64);
  EXPECT_EQ(mmioSeek(this->handle_, 0, SEEK_END), 64);
  EXPECT_EQ(mmioSeek(this->handle_, 16, SEEK_END), 48);
  EXPECT_EQ(mmioSeek(this->handle_, 8, SEEK_CUR), 56);
  EXPECT_EQ(mmioSeek(this->handle_, -50, SEEK_CUR), 6);
}

TYPED_TEST_P(AnyFile, ImpossibleSeeksFailAndKeepThePosition) {
  if (excused<TypeParam>(kDosSizeIsStale, "kDosSizeIsStale")) return;
  EXPECT_EQ(write_text(this->handle_, "abcdef"), 6);
  EXPECT_EQ(mmioSeek(this->handle_, -7, SEEK_CUR), -1);
  EXPECT_EQ(mmioSeek(this->handle_, 7, SEEK_END), -1);
  EXPECT_EQ(mmioSeek(this->handle_, -1, SEEK_SET), -1);
  EXPECT_EQ(mmioSeek(this->handle_, 0, 3), -1);
  EXPECT_EQ(mmioSeek(this->handle_, 0, -1), -1);
  EXPECT_EQ(this->position(), 6);
}

TYPED_TEST_P(AnyFile, BadCountsAndBuffersFailAndChangeNothing) {
  if (excused<TypeParam>(kBadCountsReachTheBuffer, "kBadCountsReachTheBuffer")) return;
  char byte = 'x';
  EXPECT_EQ(write_text(this->handle_, "abc"), 3);
  EXPECT_EQ(mmioWrite(this->handle_, &byte, -1), -1);
  EXPECT_EQ(mmioWrite(this->handle_, nullptr, 1), -1);
  EXPECT_EQ(mmioRead(this->handle_, &byte, -1), -1);
  EXPECT_EQ(mmioRead(this->handle_, nullptr, 1), -1);
  EXPECT_EQ(mmioWrite(this->handle_, nullptr, 0), 0);
  EXPECT_EQ(mmioRead(this->handle_, nullptr, 0), 0);
  EXPECT_EQ(read_all(this->handle_), "abc");
}

TYPED_TEST_P(AnyFile, FlushSucceedsCleanOrDirtyAndKeepsThePosition) {
  if (excused<TypeParam>(kEmptiedBufferStaysInPlace, "kEmptiedBufferStaysInPlace")) return;
  EXPECT_EQ(mmioFlush(this->handle_, 0), 0u);
  EXPECT_EQ(write_text(this->handle_, "abc"), 3);
  EXPECT_EQ(mmioFlush(this->handle_, 0), 0u);
  EXPECT_EQ(mmioFlush(this->handle_, 0), 0u);
  EXPECT_EQ(write_text(this->handle_, "def"), 3);
  EXPECT_EQ(mmioFlush(this->handle_, MMIO_EMPTYBUF), 0u);
  EXPECT_EQ(write_text(this->handle_, "ghi"), 3);
  EXPECT_EQ(read_all(this->handle_), "abcdefghi");
}

TYPED_TEST_P(AnyFile, UnknownUserMessageGivesZero) {
  EXPECT_EQ(mmioSendMessage(this->handle_, MMIOM_USER + 0x7001, 1, 2), 0);
  EXPECT_EQ(mmioSendMessage(this->handle_, MMIOM_USER - 1, 0, 0), LRESULT{MMSYSERR_INVALPARAM});
}

TYPED_TEST_P(AnyFile, HandleIsDeadAfterClose) {
  EXPECT_EQ(mmioClose(this->handle_, 0), 0u);
  EXPECT_EQ(mmioClose(this->handle_, 0), UINT{MMSYSERR_INVALHANDLE});
  EXPECT_EQ(write_text(this->handle_, "x"), -1);
  const bool five = excused<TypeParam>(kSeekOfDeadHandleIsFive, "kSeekOfDeadHandleIsFive");
  EXPECT_EQ(mmioSeek(this->handle_, 0, SEEK_CUR), five ? LONG{MMSYSERR_INVALHANDLE} : -1);
  this->handle_ = nullptr;
}

TYPED_TEST_P(AnyFile, RiffIsWrittenAndReadBack) {
  MMCKINFO riff{};
  riff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
  EXPECT_EQ(mmioCreateChunk(this->handle_, &riff, MMIO_CREATERIFF), 0u);
  MMCKINFO odd{};
  odd.ckid = mmioFOURCC('o', 'd', 'd', ' ');
  EXPECT_EQ(mmioCreateChunk(this->handle_, &odd, 0), 0u);
  EXPECT_EQ(write_text(this->handle_, "12345"), 5);
  EXPECT_EQ(mmioAscend(this->handle_, &odd, 0), 0u);
  MMCKINFO data{};
  data.ckid = mmioFOURCC('d', 'a', 't', 'a');
  EXPECT_EQ(mmioCreateChunk(this->handle_, &data, 0), 0u);
  EXPECT_EQ(write_text(this->handle_, "payload!"), 8);
  EXPECT_EQ(mmioAscend(this->handle_, &data, 0), 0u);
  EXPECT_EQ(mmioAscend(this->handle_, &riff, 0), 0u);
  EXPECT_EQ(read_all(this->handle_), std::string("RIFF\x22\0\0\0WAVEodd \x05\0\0\0"
                                                 "12345\0data\x08\0\0\0payload!",
                                                 42));

  EXPECT_EQ(mmioSeek(this->handle_, 0, SEEK_SET), 0);
  MMCKINFO form{};
  EXPECT_EQ(mmioDescend(this->handle_, &form, nullptr, MMIO_FINDRIFF), 0u);
  MMCKINFO found{};
  found.ckid = data.ckid;
  EXPECT_EQ(mmioDescend(this->handle_, &found, &form, MMIO_FINDCHUNK), 0u);
  EXPECT_EQ(found.dwDataOffset, data.dwDataOffset);
  EXPECT_EQ(read_text(this->handle_, found.cksize), "payload!");
}

TYPED_TEST_P(AnyFile, RandomOperationsMatchAModel) {
  if (excused<TypeParam>(kBufferLosesWrites, "kBufferLosesWrites") ||
      excused<TypeParam>(kEmptyWriteTruncates, "kEmptyWriteTruncates"))
    return;
  const char* const given = std::getenv("RINGPROC_TEST_SEED");
  const unsigned seed =
      given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : 20240607u;
  SCOPED_TRACE("RINGPROC_TEST_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t n) { return random() % n; };
  std::string model;
  std::size_t at = 0;
  for (int step = 0; step < 3000 && !this->HasFailure(); ++step) {
    switch (below(8)) {
      case 0:
      case 1:
      case 2: {  // write
        const std::string piece(below(40), static_cast<char>('a' + step % 26));
        ASSERT_EQ(write_text(this->handle_, piece), static_cast<LONG>(piece.size()));
        if (model.size() < at + piece.size()) model.resize(at + piece.size());
        model.replace(at, piece.size(), piece);
        at += piece.size();
        break;
      }
      case 3:
      case 4: {  // read
        const std::size_t count = below(60);
        const std::string read = read_text(this->handle_, count);
        ASSERT_EQ(read, at < model.size() ? model.substr(at, count) : "");
        at += read.size();
        break;
      }
      case 5:  // seek, never behind the end
        at = below(model.size() + 1);
        ASSERT_EQ(mmioSeek(this->handle_, static_cast<LONG>(at), SEEK_SET), static_cast<LONG>(at));
        break;
      case 6:
        at = model.size();
        ASSERT_EQ(mmioSeek(this->handle_, 0, SEEK_END), static_cast<LONG>(at));
        break;
      default:
        ASSERT_EQ(mmioFlush(this->handle_, below(2) == 0 ? 0 : MMIO_EMPTYBUF), 0u);
    }
    ASSERT_EQ(this->position(), static_cast<LONG>(at));
  }
  EXPECT_EQ(read_all(this->handle_), model);
}

REGISTER_TYPED_TEST_SUITE_P(AnyFile, BeginsEmptyAtZero, WriteReturnsItsCountAndMovesThePosition,
                            DataMayBeReusedAsSoonAsWriteReturns, OverwritingKeepsTheRest,
                            LastOfOverlappingWritesWins, ReadStopsAtTheEnd,
                            SeekEndSubtractsAndSeekCurAdds, ImpossibleSeeksFailAndKeepThePosition,
                            BadCountsAndBuffersFailAndChangeNothing,
                            FlushSucceedsCleanOrDirtyAndKeepsThePosition,
                            UnknownUserMessageGivesZero, HandleIsDeadAfterClose,
                            RiffIsWrittenAndReadBack, RandomOperationsMatchAModel);

}  // namespace ringproc::test
