// The procedure's own promises: renaming while open, adopted handles, foreign and stale state.
#include "ringproc/procedure.h"

#include <cstring>

#include "api/support.hpp"

namespace {

class Procedure : public testing::Test {
 protected:
  HMMIO open(DWORD flags = MMIO_CREATE | MMIO_READWRITE) {
    MMIOINFO info{};
    info.pIOProc = ringproc_ioproc;
    auto name = path_;
    return mmioOpen(name.data(), &info, flags);
  }
  // A descriptor handed over as the built-in procedure takes it.
  static HMMIO adopt(int fd) {
    MMIOINFO info{};
    info.pIOProc = ringproc_ioproc;
    info.adwInfo[0] = static_cast<DWORD>(fd);
    return mmioOpen(nullptr, &info, MMIO_READWRITE);
  }
  api::Directory directory_;
  std::string path_ = directory_.file("f");
};

TEST_F(Procedure, RenamesAnOpenFile) {
  const HMMIO handle = open();
  ASSERT_NE(handle, nullptr);
  ASSERT_EQ(mmioWrite(handle, "before", 6), 6);
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  EXPECT_EQ(mmioRename(path_.c_str(), directory_.file("g").c_str(), &info, 0), 0U);
  EXPECT_EQ(mmioWrite(handle, "after", 5), 5);
  EXPECT_EQ(mmioFlush(handle, 0), 0U);
  EXPECT_EQ(mmioClose(handle, 0), 0U);
  EXPECT_EQ(api::on_disk(directory_.file("g")), "beforeafter");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Procedure, RenameOfAMissingFileIsNotFound) {
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  const auto to = directory_.file("g");
  EXPECT_EQ(mmioRename(path_.c_str(), to.c_str(), &info, 0), UINT{MMIOERR_FILENOTFOUND});
}

TEST_F(Procedure, RenameNeedsNoMmioinfo) {
  api::put_on_disk(path_, "1");
  const auto to = directory_.file("g");
  EXPECT_EQ(ringproc_ioproc(nullptr, MMIOM_RENAME, reinterpret_cast<LPARAM>(path_.c_str()),
                            reinterpret_cast<LPARAM>(to.c_str())),
            0);
  EXPECT_EQ(api::on_disk(to), "1");
}

TEST_F(Procedure, AnAppendingDescriptorIsRefusedOrWrittenWhereAsked) {
  api::put_on_disk(path_, "12345");
  const int fd = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  if (const HMMIO handle = adopt(fd); handle != nullptr) {
    EXPECT_EQ(mmioSeek(handle, 0, SEEK_SET), 0);
    EXPECT_EQ(mmioWrite(handle, "x", 1), 1);
    EXPECT_EQ(mmioClose(handle, 0), 0U);
    EXPECT_EQ(api::on_disk(path_), "x2345");
  } else {
    EXPECT_EQ(api::on_disk(path_), "12345");
    ::close(fd);
  }
}

TEST_F(Procedure, APipeIsRefused) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(adopt(ends[1]), nullptr);
  EXPECT_EQ(::close(ends[0]), 0);
  EXPECT_EQ(::close(ends[1]), 0) << "a refused descriptor stays the application's";
}

TEST_F(Procedure, ADescriptorThatIsNotOpenIsRefused) {
  EXPECT_EQ(adopt(987654), nullptr);
  EXPECT_EQ(adopt(-1), nullptr);
}

TEST_F(Procedure, AnAdoptedDescriptorKeepsItsPosition) {
  api::put_on_disk(path_, "12345");
  const int fd = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::lseek(fd, 3, SEEK_SET), 3);
  const HMMIO handle = adopt(fd);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 3);
  EXPECT_EQ(mmioWrite(handle, "xyz", 3), 3);
  EXPECT_EQ(mmioClose(handle, 0), 0U);
  EXPECT_EQ(api::on_disk(path_), "123xyz");
}

TEST_F(Procedure, CloseWithFhopenLeavesTheDescriptorOpenWhereTheApplicationIs) {
  api::put_on_disk(path_, "12345");
  const int fd = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  const HMMIO handle = adopt(fd);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(mmioWrite(handle, "ab", 2), 2);
  EXPECT_EQ(mmioClose(handle, MMIO_FHOPEN), 0U);
  EXPECT_EQ(::lseek(fd, 0, SEEK_CUR), 2);
  EXPECT_EQ(::close(fd), 0);
  EXPECT_EQ(api::on_disk(path_), "ab345");
}

TEST_F(Procedure, AForeignMmioinfoIsAnswered) {
  MMIOINFO info{};
  char buffer[4] = {};
  for (const DWORD value : {0U, 1U, 3U, 0x7fffffffU, 0xffffffffU}) {
    info.adwInfo[0] = info.adwInfo[1] = info.adwInfo[2] = value;
    auto* raw = reinterpret_cast<LPSTR>(&info);
    const auto to = reinterpret_cast<LPARAM>(buffer);
    EXPECT_EQ(ringproc_ioproc(raw, MMIOM_READ, to, 4), -1);
    EXPECT_EQ(ringproc_ioproc(raw, MMIOM_WRITE, to, 4), -1);
    EXPECT_EQ(ringproc_ioproc(raw, MMIOM_WRITEFLUSH, to, 4), -1);
    EXPECT_EQ(ringproc_ioproc(raw, MMIOM_SEEK, 0, SEEK_SET), -1);
    EXPECT_NE(ringproc_ioproc(raw, MMIOM_CLOSE, 0, 0), 0);
    EXPECT_EQ(ringproc_ioproc(raw, RINGPROC_MSG_FLUSH, 0, 0), -1);
  }
}

TEST_F(Procedure, ANullMmioinfoIsAnswered) {
  char buffer[4] = {};
  const auto to = reinterpret_cast<LPARAM>(buffer);
  EXPECT_NE(ringproc_ioproc(nullptr, MMIOM_OPEN, reinterpret_cast<LPARAM>(path_.c_str()), 0), 0);
  EXPECT_EQ(ringproc_ioproc(nullptr, MMIOM_READ, to, 4), -1);
  EXPECT_EQ(ringproc_ioproc(nullptr, MMIOM_WRITE, to, 4), -1);
  EXPECT_EQ(ringproc_ioproc(nullptr, MMIOM_SEEK, 0, 0), -1);
  EXPECT_NE(ringproc_ioproc(nullptr, MMIOM_CLOSE, 0, 0), 0);
}

TEST_F(Procedure, AnUnknownMessageGivesZero) {
  const HMMIO handle = open();
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER + 1, 0, 0), 0);
  EXPECT_EQ(mmioSendMessage(handle, MMIOM_USER + 0x5fff, 0, 0), 0);
  EXPECT_EQ(mmioClose(handle, 0), 0U);
}

TEST_F(Procedure, AStateKeptFromBeforeCloseIsStale) {
  const HMMIO handle = open();
  MMIOINFO info{};
  ASSERT_EQ(mmioGetInfo(handle, &info, 0), 0U);
  ASSERT_EQ(mmioClose(handle, 0), 0U);
  char one = 'x';
  auto* raw = reinterpret_cast<LPSTR>(&info);
  EXPECT_EQ(ringproc_ioproc(raw, MMIOM_WRITE, reinterpret_cast<LPARAM>(&one), 1), -1);
  EXPECT_NE(ringproc_ioproc(raw, MMIOM_CLOSE, 0, 0), 0);
  EXPECT_EQ(api::on_disk(path_), "");
}

TEST_F(Procedure, BadCountsAndBuffersAreRefused) {
  const HMMIO handle = open();
  char one = 'x';
  EXPECT_EQ(mmioWrite(handle, &one, -1), -1);
  EXPECT_EQ(mmioWrite(handle, nullptr, 1), -1);
  EXPECT_EQ(mmioRead(handle, &one, -1), -1);
  EXPECT_EQ(mmioRead(handle, nullptr, 1), -1);
  EXPECT_EQ(mmioSeek(handle, 0, 3), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 0);
  EXPECT_EQ(mmioClose(handle, 0), 0U);
}

TEST_F(Procedure, StatisticsAndFailureComeByMessage) {
  const HMMIO handle = open();
  ASSERT_EQ(mmioWrite(handle, "abc", 3), 3);
  ringproc_stats stats{};
  stats.size = sizeof stats;
  ringproc_failure failure{};
  failure.size = sizeof failure;
  EXPECT_EQ(mmioSendMessage(handle, RINGPROC_MSG_FLUSH, 0, 0), 1);
  EXPECT_EQ(mmioSendMessage(handle, RINGPROC_MSG_STATS, reinterpret_cast<LPARAM>(&stats), 0), 1);
  EXPECT_EQ(mmioSendMessage(handle, RINGPROC_MSG_FAILURE, reinterpret_cast<LPARAM>(&failure), 0),
            1);
  EXPECT_EQ(stats.durable, 3U);
  EXPECT_EQ(failure.code, 0);
  EXPECT_EQ(mmioSendMessage(handle, RINGPROC_MSG_STATS, 0, 0), -1);
  EXPECT_EQ(mmioClose(handle, 0), 0U);
}

TEST_F(Procedure, OptionsComeByMessageAndBadOnesAreNamed) {
  const HMMIO handle = open();
  char message[256] = {};
  const auto to = reinterpret_cast<LPARAM>(message);
  EXPECT_EQ(mmioSendMessage(handle, RINGPROC_MSG_OPTIONS, reinterpret_cast<LPARAM>("age=5s"), to),
            1);
  EXPECT_EQ(
      mmioSendMessage(handle, RINGPROC_MSG_OPTIONS, reinterpret_cast<LPARAM>("colour=red"), to),
      -1);
  EXPECT_NE(std::strstr(message, "colour"), nullptr) << message;
  EXPECT_EQ(mmioClose(handle, 0), 0U);
}

TEST_F(Procedure, ARefusedWriteMakesCloseFail) {
  const HMMIO handle = open();
  ASSERT_EQ(
      mmioSendMessage(handle, RINGPROC_MSG_OPTIONS, reinterpret_cast<LPARAM>("on_full=fail"), 0),
      1);
  const std::string too_much(32U << 20, 'x');
  EXPECT_EQ(mmioWrite(handle, too_much.data(), static_cast<LONG>(too_much.size())), -1);
  EXPECT_EQ(mmioWrite(handle, "abc", 3), 3);
  EXPECT_GE(mmioClose(handle, 0), UINT{MMIOERR_BASE});
  EXPECT_EQ(api::on_disk(path_), "abc");
}

TEST_F(Procedure, SeekEndSubtracts) {
  const HMMIO handle = open();
  ASSERT_EQ(mmioWrite(handle, "12345", 5), 5);
  EXPECT_EQ(mmioSeek(handle, 2, SEEK_END), 3);
  EXPECT_EQ(mmioSeek(handle, 6, SEEK_END), -1);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 3);
  EXPECT_EQ(mmioClose(handle, 0), 0U);
}

// Offsets are unsigned 32 bits to 4 GiB - 2.
TEST_F(Procedure, WritesReachFourGiBMinusTwoAndNoFurther) {
  const HMMIO handle = open();
  const auto last = static_cast<LONG>(0xfffffffdU);
  EXPECT_EQ(mmioSeek(handle, last, SEEK_SET), last);
  EXPECT_EQ(mmioWrite(handle, "ab", 2), -1);
  EXPECT_EQ(mmioWrite(handle, "a", 1), 1);
  EXPECT_EQ(static_cast<DWORD>(mmioSeek(handle, 0, SEEK_CUR)), 0xfffffffeU);
  EXPECT_EQ(mmioWrite(handle, "b", 1), -1);
  mmioClose(handle, 0);
  EXPECT_EQ(std::filesystem::file_size(path_), 0xfffffffeU);
}

}  // namespace
