// The built-in 'DOS ' where it touches the system: shares, permissions, full disks, descriptors of
// the caller's. What it has in common with other procedures is in tests/conformance.
#include "mmio/dos_procedure.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "mmio/names.hpp"
#include "mmio/temp_file.hpp"
#include "support/other_users.hpp"

namespace ringproc::test {
namespace {

UINT open_error(TempFile& file, DWORD flags) {
  MMIOINFO info{};
  const HMMIO handle = mmioOpen(file.name(), &info, flags);
  if (handle != nullptr) {
    EXPECT_EQ(mmioClose(handle, 0), 0u);
  }
  return info.wErrorRet;
}

// File sizes are limited for the length of a test: writing beyond fails as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : action_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, action_);
  }

 private:
  sighandler_t action_;
  rlimit before_{};
};

// Root may do everything: those tests run as nobody.
class AsNobody {
 public:
  AsNobody() {
    if (::geteuid() == 0) changed_ = ::seteuid(65534) == 0;
  }
  ~AsNobody() {
    if (changed_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }

 private:
  bool changed_ = false;
};

TEST(DosProcedure, ReadOnlyFileIsAccessDenied) {
  if (!other_users_reach_files()) GTEST_SKIP() << "the root directory is closed to other users";
  TempFile file;
  file.put("x");
  ASSERT_EQ(::chmod(file.path().c_str(), 0444), 0);
  const AsNobody nobody;
  EXPECT_EQ(open_error(file, MMIO_READ), 0u);
  EXPECT_EQ(open_error(file, MMIO_WRITE), UINT{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(open_error(file, MMIO_CREATE | MMIO_READWRITE), UINT{MMIOERR_ACCESSDENIED});
}

TEST(DosProcedure, WriteOnlyFileCanBeWritten) {
  if (!other_users_reach_files()) GTEST_SKIP() << "the root directory is closed to other users";
  TempFile file;
  file.put("x");
  ASSERT_EQ(::chmod(file.path().c_str(), 0222), 0);
  const AsNobody nobody;
  EXPECT_EQ(open_error(file, MMIO_WRITE), 0u);
  EXPECT_EQ(open_error(file, MMIO_READ), UINT{MMIOERR_ACCESSDENIED});
}

TEST(DosProcedure, ErrorsOfNamesHaveTheirCodes) {
  using mmio::name_error;
  EXPECT_EQ(name_error("x", EROFS, MMIOERR_CANNOTOPEN), UINT{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(name_error("x", EMFILE, MMIOERR_CANNOTOPEN), UINT{MMIOERR_TOOMANYOPENFILES});
  EXPECT_EQ(name_error("x", EIO, MMIOERR_CANNOTOPEN), UINT{MMIOERR_CANNOTOPEN});
  EXPECT_EQ(name_error("x", ENOSPC, MMIOERR_CANNOTOPEN), UINT{MMIOERR_CANNOTEXPAND});
}

TEST(DosProcedure, FifoIsRefusedWithoutWaiting) {
  TempFile fifo;
  ASSERT_EQ(::mkfifo(fifo.path().c_str(), 0600), 0);
  EXPECT_EQ(open_error(fifo, MMIO_READ), UINT{MMIOERR_INVALIDFILE});
  EXPECT_EQ(open_error(fifo, MMIO_READWRITE), UINT{MMIOERR_INVALIDFILE});
}

TEST(DosProcedure, RefusedCreateLeavesTheFileAlone) {
  TempFile file;
  file.put("precious");
  const HMMIO owner = mmioOpen(file.name(), nullptr, MMIO_READ | MMIO_EXCLUSIVE);
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(open_error(file, MMIO_CREATE | MMIO_WRITE), UINT{MMIOERR_SHARINGVIOLATION});
  EXPECT_EQ(mmioClose(owner, 0), 0u);
  EXPECT_EQ(file.get(), "precious");
}

TEST(DosProcedure, WriteThatFailsHalfWayTakesNothing) {
  TempFile file;
  const HMMIO handle = mmioOpen(file.name(), nullptr, MMIO_CREATE | MMIO_READWRITE);
  ASSERT_NE(handle, nullptr);
  {
    const FileSizeLimit limit(6);
    EXPECT_EQ(mmioWrite(handle, "0123", 4), 4);
    EXPECT_EQ(mmioWrite(handle, "abcdefgh", 8), -1);
    EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 4);
  }
  EXPECT_EQ(mmioWrite(handle, "ABCDEFGH", 8), 8);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(file.get(), "0123ABCDEFGH");
}

TEST(DosProcedure, FullDiskShowsInBufferedCallsToo) {
  TempFile file;
  const HMMIO handle = mmioOpen(file.name(), nullptr, MMIO_ALLOCBUF | MMIO_CREATE | MMIO_WRITE);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(mmioWrite(handle, "0123456789", 10), 10);
  const FileSizeLimit limit(6);
  EXPECT_EQ(mmioFlush(handle, 0), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmioClose(handle, 0), UINT{MMIOERR_CANNOTWRITE});
}

TEST(DosProcedure, MessagesWithoutAnOpenFileFail) {
  MMIOINFO info{};
  char byte = 0;
  const auto send = [](MMIOINFO* to, UINT message, LPARAM first, LPARAM second) {
    return mmio::dos_procedure(reinterpret_cast<LPSTR>(to), message, first, second);
  };
  for (MMIOINFO* const to : {&info, static_cast<MMIOINFO*>(nullptr)}) {
    EXPECT_EQ(send(to, MMIOM_READ, reinterpret_cast<LPARAM>(&byte), 1), -1);
    EXPECT_EQ(send(to, MMIOM_WRITE, reinterpret_cast<LPARAM>(&byte), 1), -1);
    EXPECT_EQ(send(to, MMIOM_WRITEFLUSH, 0, 0), -1);
    EXPECT_EQ(send(to, MMIOM_SEEK, 0, SEEK_CUR), -1);
    EXPECT_EQ(send(to, MMIOM_CLOSE, 0, 0), LRESULT{MMIOERR_CANNOTCLOSE});
    EXPECT_EQ(send(to, MMIOM_USER + 9, 0, 0), 0);
    EXPECT_EQ(send(to, 77, 0, 0), 0);
  }
  EXPECT_EQ(send(nullptr, MMIOM_OPEN, 0, 0), LRESULT{MMIOERR_CANNOTOPEN});
  EXPECT_EQ(send(nullptr, MMIOM_RENAME, 0, 0), LRESULT{MMSYSERR_INVALPARAM});
}

TEST(DosProcedure, AdoptedDescriptorsThatCannotServeAreRefused) {
  TempFile file;
  file.put("x");
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const int reading = ::open(file.path().c_str(), O_RDONLY);
  const int appending = ::open(file.path().c_str(), O_RDWR | O_APPEND);
  const auto error_of = [](int fd, DWORD flags) {
    MMIOINFO info{};
    info.adwInfo[0] = static_cast<DWORD>(fd);
    EXPECT_EQ(mmioOpen(nullptr, &info, flags), nullptr);
    return info.wErrorRet;
  };
  EXPECT_EQ(error_of(-1, MMIO_READ), UINT{MMIOERR_CANNOTOPEN});
  EXPECT_EQ(error_of(pipe_ends[0], MMIO_READ), UINT{MMIOERR_INVALIDFILE});
  EXPECT_EQ(error_of(reading, MMIO_WRITE), UINT{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(error_of(appending, MMIO_READWRITE), UINT{MMIOERR_CANNOTOPEN});
  for (const int fd : {pipe_ends[0], pipe_ends[1], reading, appending}) EXPECT_EQ(::close(fd), 0);
}

TEST(DosProcedure, RenameDoesNotReplaceAFile) {
  TempFile file;
  TempFile other;
  file.put("new");
  other.put("old");
  EXPECT_EQ(mmioRename(file.name(), other.name(), nullptr, 0), UINT{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(other.get(), "old");
  EXPECT_EQ(file.get(), "new");
}

TEST(DosProcedure, LeavesNoDescriptorBehind) {
  TempFile file;
  const int before = ::open("/dev/null", O_RDONLY);
  ASSERT_EQ(::close(before), 0);
  char name[128] = "";
  std::string directory = testing::TempDir();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(open_error(file, MMIO_CREATE | MMIO_READWRITE), 0u);
    EXPECT_EQ(mmioOpen(directory.data(), nullptr, MMIO_READ), nullptr);
    EXPECT_EQ(mmioOpen(name, nullptr, MMIO_GETTEMP), nullptr);
    EXPECT_EQ(mmioOpen(name, nullptr, MMIO_DELETE), reinterpret_cast<HMMIO>(TRUE));
    name[0] = '\0';
  }
  const int after = ::open("/dev/null", O_RDONLY);
  EXPECT_EQ(after, before);
  EXPECT_EQ(::close(after), 0);
}

}  // namespace
}  // namespace ringproc::test
