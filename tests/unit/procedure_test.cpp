// The procedure called directly, as winmm would: messages, error values, and what must not crash
// it.
#include "ringproc/procedure.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

class ProcedureTest : public testing::Test {
 protected:
  ~ProcedureTest() override { std::filesystem::remove(path); }

  LRESULT send(UINT message, LPARAM a = 0, LPARAM b = 0) {
    return ringproc_ioproc(reinterpret_cast<LPSTR>(&info), message, a, b);
  }
  LRESULT open(DWORD flags, const char* name = nullptr) {
    info = {};
    info.dwFlags = flags;
    return send(MMIOM_OPEN, reinterpret_cast<LPARAM>(name ? name : path.c_str()));
  }
  LRESULT write(const std::string& text, UINT message = MMIOM_WRITE) {
    return send(message, reinterpret_cast<LPARAM>(text.data()), static_cast<LPARAM>(text.size()));
  }
  std::string read(std::size_t size) {
    std::string text(size, '?');
    const LRESULT n =
        send(MMIOM_READ, reinterpret_cast<LPARAM>(text.data()), static_cast<LPARAM>(size));
    return n < 0 ? "error" : text.substr(0, static_cast<std::size_t>(n));
  }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::string path = testing::TempDir() + "/ringproc-procedure-" +
                     testing::UnitTest::GetInstance()->current_test_info()->name() +
                     std::to_string(::getpid());
  MMIOINFO info{};
};

TEST_F(ProcedureTest, WritesReadsAndSeeksAndKeepsTheDiskOffset) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_WRITE), 0);
  EXPECT_EQ(write("hello world"), 11);
  EXPECT_EQ(info.lDiskOffset, 11);
  EXPECT_EQ(send(MMIOM_SEEK, 6, SEEK_SET), 6);
  EXPECT_EQ(read(100), "world");
  EXPECT_EQ(info.lDiskOffset, 11);
  EXPECT_EQ(send(MMIOM_SEEK, 4, SEEK_END), 7) << "SEEK_END subtracts";
  EXPECT_EQ(send(MMIOM_SEEK, -2, SEEK_CUR), 5);
  EXPECT_EQ(info.lDiskOffset, 5);
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
  EXPECT_EQ(content(), "hello world");
}

TEST_F(ProcedureTest, WriteFlushReturnsTheCountWhenItIsDurable) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  EXPECT_EQ(write("hello", MMIOM_WRITEFLUSH), 5);
  ringproc_stats stats{};
  stats.size = sizeof stats;
  EXPECT_EQ(send(RINGPROC_MSG_STATS, reinterpret_cast<LPARAM>(&stats)), 1);
  EXPECT_EQ(stats.durable, 5u);
  EXPECT_EQ(send(MMIOM_WRITEFLUSH, 0, 0), 0);
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
}

TEST_F(ProcedureTest, UserMessagesAndEmptyFlushesNeverWriteMmioinfo) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  ASSERT_EQ(write("abc"), 3);
  info.lDiskOffset = 12345;
  const MMIOINFO before = info;
  EXPECT_EQ(send(MMIOM_WRITEFLUSH, 0, 0), 0);
  EXPECT_EQ(send(RINGPROC_MSG_FLUSH), 1);
  ringproc_failure failure{};
  failure.size = sizeof failure;
  EXPECT_EQ(send(RINGPROC_MSG_FAILURE, reinterpret_cast<LPARAM>(&failure)), 1);
  EXPECT_EQ(failure.code, 0);
  EXPECT_EQ(std::memcmp(&before, &info, sizeof info), 0);
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
}

TEST_F(ProcedureTest, OptionsMessageSetsOrNamesWhatIsWrong) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  char message[256] = "";
  const auto set = [&](const char* text) {
    return send(RINGPROC_MSG_OPTIONS, reinterpret_cast<LPARAM>(text),
                reinterpret_cast<LPARAM>(message));
  };
  EXPECT_EQ(set("age=50ms"), 1);
  EXPECT_EQ(set("colour=red"), -1);
  EXPECT_STREQ(message, "unknown option 'colour'");
  EXPECT_EQ(set("ring=1M"), -1);
  EXPECT_NE(std::string(message), "");
  EXPECT_EQ(send(RINGPROC_MSG_OPTIONS, 0, 0), -1);
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
}

TEST_F(ProcedureTest, SurvivesEveryMessageWithoutAHandle) {
  for (UINT message = 0; message < 16; ++message) {
    info = {};
    EXPECT_LE(send(message), 300);
    EXPECT_LE(ringproc_ioproc(nullptr, message, 0, 0), 300);
  }
  info = {};
  EXPECT_EQ(send(MMIOM_READ, 1, 1), -1);
  EXPECT_EQ(send(MMIOM_WRITE, 1, 1), -1);
  EXPECT_EQ(send(MMIOM_SEEK, 0, SEEK_CUR), -1);
  EXPECT_EQ(send(MMIOM_CLOSE), MMSYSERR_INVALHANDLE);
  EXPECT_EQ(send(MMIOM_USER + 77), 0);
  EXPECT_EQ(send(4711), 0);
}

TEST_F(ProcedureTest, RefusesForeignAndStaleAdwInfo) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  const MMIOINFO good = info;
  info.adwInfo[2] += 1;
  EXPECT_EQ(write("abc"), -1);
  info = good;
  info.adwInfo[1] = 0xFFFFFFFF;
  EXPECT_EQ(write("abc"), -1);
  info = good;
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
  EXPECT_EQ(write("abc"), -1);
  EXPECT_EQ(send(MMIOM_CLOSE), MMSYSERR_INVALHANDLE);
}

TEST_F(ProcedureTest, RefusesArgumentsThatCannotBeRight) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  char buffer[8] = {};
  const auto at = reinterpret_cast<LPARAM>(buffer);
  EXPECT_EQ(send(MMIOM_WRITE, at, -1), -1);
  EXPECT_EQ(send(MMIOM_WRITE, 0, 8), -1);
  EXPECT_EQ(send(MMIOM_READ, at, INTPTR_MIN), -1);
  EXPECT_EQ(send(MMIOM_READ, 0, 8), -1);
  EXPECT_EQ(send(MMIOM_WRITE, 0, 0), 0);
  EXPECT_EQ(send(MMIOM_WRITE, at, INTPTR_MAX), -1);
  EXPECT_EQ(send(MMIOM_SEEK, -5, SEEK_CUR), -1);
  EXPECT_EQ(send(MMIOM_SEEK, 1, SEEK_END), -1);
  EXPECT_EQ(send(MMIOM_SEEK, 0, 9), -1);
  EXPECT_EQ(send(MMIOM_SEEK, INTPTR_MIN, SEEK_END), -1);
  EXPECT_EQ(send(MMIOM_SEEK, INTPTR_MAX, SEEK_SET), -1);
  EXPECT_EQ(open(3 | MMIO_CREATE), MMSYSERR_INVALFLAG);
  EXPECT_EQ(ringproc_ioproc(nullptr, MMIOM_RENAME, 0, 0), MMSYSERR_INVALPARAM);
}

TEST_F(ProcedureTest, ARefusedWriteMakesCloseFail) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  ASSERT_EQ(send(RINGPROC_MSG_OPTIONS, reinterpret_cast<LPARAM>("on_full=fail")), 1);
  EXPECT_EQ(write(std::string(17 << 20, 'x')), -1);
  EXPECT_EQ(send(MMIOM_CLOSE), MMIOERR_CANNOTWRITE);
}

TEST_F(ProcedureTest, GoesTo4GiBMinus2) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  const auto near = static_cast<LONG>(0xFFFFFFF8u);
  EXPECT_EQ(send(MMIOM_SEEK, near, SEEK_SET), LRESULT{0xFFFFFFF8});
  EXPECT_EQ(static_cast<DWORD>(info.lDiskOffset), 0xFFFFFFF8u);
  EXPECT_EQ(write("123456"), 6);
  EXPECT_EQ(write("7"), -1);
  EXPECT_EQ(send(MMIOM_SEEK, 0, SEEK_END), LRESULT{0xFFFFFFFE});
  EXPECT_EQ(send(MMIOM_CLOSE), MMIOERR_CANNOTWRITE) << "one write was refused";
  EXPECT_EQ(std::filesystem::file_size(path), 0xFFFFFFFEu);
}

TEST_F(ProcedureTest, NamesWhyItCannotOpen) {
  EXPECT_EQ(open(MMIO_READ), MMIOERR_FILENOTFOUND);
  EXPECT_EQ(open(MMIO_READ, (path + "/x/y").c_str()), MMIOERR_PATHNOTFOUND);
  EXPECT_EQ(open(MMIO_CREATE, testing::TempDir().c_str()), MMIOERR_ACCESSDENIED);
  EXPECT_EQ(open(MMIO_CREATE, std::string(5000, 'n').c_str()), MMIOERR_INVALIDFILE);
  ASSERT_EQ(open(MMIO_CREATE | MMIO_EXCLUSIVE), 0);
  const MMIOINFO first = info;
  EXPECT_EQ(open(MMIO_READ), MMIOERR_SHARINGVIOLATION);
  info = first;
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
}

TEST_F(ProcedureTest, DeletesRenamesAndMakesNames) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_WRITE), 0);
  ASSERT_EQ(write("abc"), 3);
  const std::string other = path + ".new";
  EXPECT_EQ(ringproc_ioproc(nullptr, MMIOM_RENAME, reinterpret_cast<LPARAM>(path.c_str()),
                            reinterpret_cast<LPARAM>(other.c_str())),
            0);
  EXPECT_EQ(write("def", MMIOM_WRITEFLUSH), 3) << "the open handle follows";
  EXPECT_EQ(send(MMIOM_CLOSE), 0);
  EXPECT_EQ(std::filesystem::file_size(other), 6u);
  EXPECT_EQ(open(MMIO_DELETE, other.c_str()), 0);
  EXPECT_FALSE(std::filesystem::exists(other));
  EXPECT_EQ(open(MMIO_DELETE, other.c_str()), MMIOERR_FILENOTFOUND);
  char name[128] = "";
  EXPECT_EQ(open(MMIO_GETTEMP, name), 0);
  EXPECT_TRUE(std::filesystem::remove(name));
}

TEST_F(ProcedureTest, AdoptsAHandleAndLeavesItWhereTheProgramThinksItIs) {
  std::ofstream(path) << "0123456789";
  const int fd = ::open(path.c_str(), O_RDWR);
  ::lseek(fd, 4, SEEK_SET);
  info = {};
  info.dwFlags = MMIO_READWRITE;
  info.adwInfo[0] = static_cast<DWORD>(fd);
  ASSERT_EQ(send(MMIOM_OPEN, 0), 0);
  EXPECT_EQ(info.lDiskOffset, 4);
  EXPECT_EQ(info.adwInfo[0], static_cast<DWORD>(fd));
  EXPECT_EQ(write("ab"), 2);
  EXPECT_EQ(send(MMIOM_CLOSE, MMIO_FHOPEN), 0);
  EXPECT_EQ(::lseek(fd, 0, SEEK_CUR), 6);
  EXPECT_EQ(::close(fd), 0);
  EXPECT_EQ(content(), "0123ab6789");
}

TEST_F(ProcedureTest, LeavesItsOwnHandleOpenWhenToldTo) {
  ASSERT_EQ(open(MMIO_CREATE | MMIO_READWRITE), 0);
  ASSERT_EQ(write("abc"), 3);
  const int fd = static_cast<int>(info.adwInfo[0]);
  EXPECT_EQ(send(MMIOM_CLOSE, MMIO_FHOPEN), 0);
  EXPECT_EQ(::write(fd, "d", 1), 1);
  EXPECT_EQ(::close(fd), 0);
  EXPECT_EQ(content(), "abcd");
}

}  // namespace
