// What can be opened, and the error for what cannot.
#include <sys/stat.h>

#include <cerrno>

#include "api/support.hpp"
#include "support/other_users.hpp"

namespace {

using api::Mode;

class Names : public testing::Test {
 protected:
  api::Directory directory_;
};

TEST_F(Names, ADirectoryIsToldApartFromAFile) {
  EXPECT_EQ(api::open_error(directory_.path(), Mode::read), EISDIR);
  EXPECT_EQ(api::open_error(directory_.path(), api::kReadWrite), EISDIR);
  EXPECT_EQ(api::open_error(directory_.path(), api::kCreate), EISDIR);
}

TEST_F(Names, AFifoIsRefusedAtOnce) {
  const auto path = directory_.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(api::open_error(path, Mode::read), RINGPROC_E_NOT_A_FILE);
  EXPECT_EQ(api::open_error(path, Mode::write), RINGPROC_E_NOT_A_FILE);
  EXPECT_EQ(api::open_error(path, api::kCreate), RINGPROC_E_NOT_A_FILE);
}

TEST_F(Names, ADeviceIsNotAFile) {
  EXPECT_EQ(api::open_error("/dev/null", api::kReadWrite), RINGPROC_E_NOT_A_FILE);
  EXPECT_EQ(api::open_error("/dev/full", Mode::write), RINGPROC_E_NOT_A_FILE);
}

TEST_F(Names, AMissingFileIsNotFound) {
  EXPECT_EQ(api::open_error(directory_.file("none"), api::kReadWrite), ENOENT);
  EXPECT_FALSE(std::filesystem::exists(directory_.file("none")));
}

TEST_F(Names, AMissingParentIsNotFound) {
  EXPECT_EQ(api::open_error(directory_.file("none/f"), api::kCreate), ENOENT);
}

TEST_F(Names, AFileAsParentIsNotADirectory) {
  api::put_on_disk(directory_.file("f"), "1");
  EXPECT_EQ(api::open_error(directory_.file("f/g"), api::kCreate), ENOTDIR);
}

TEST_F(Names, FiveThousandCharactersAreTooLong) {
  EXPECT_EQ(api::open_error(directory_.file(std::string(5000, 'n')), api::kCreate), ENAMETOOLONG);
}

TEST_F(Names, AnEmptyNameIsRefused) { EXPECT_NE(api::open_error("", api::kCreate), 0); }

TEST_F(Names, BytesAboveAsciiAndBlanksAreKept) {
  const auto path = directory_.file(" \xc3\xa9\xe4\xb8\xad+x.y\n");
  EXPECT_FALSE(api::open(path, api::kCreate).close());
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Names, ANameWithAZeroByteIsRefused) {
  const auto path = directory_.file("f") + std::string(1, '\0') + "g";
  EXPECT_NE(api::open_error(path, api::kCreate), 0);
  EXPECT_FALSE(std::filesystem::exists(directory_.file("f")));
}

TEST_F(Names, AFailedOpenLeavesNoLocksBehind) {
  const auto path = directory_.file("f");
  EXPECT_EQ(api::open_error(path, Mode::write | Mode::deny_write), ENOENT);
  EXPECT_EQ(api::open_error(path, api::kCreate | Mode::deny_write), 0);
  EXPECT_EQ(api::open_error(path, api::kReadWrite), 0);
}

// Root may do everything, so another user tries (or we are no root and it is we who try).
TEST_F(Names, WithoutPermissionAccessIsDenied) {
  if (!other_users_reach_files()) GTEST_SKIP() << "the root directory is closed to other users";
  const auto path = directory_.file("f");
  api::put_on_disk(path, "1");
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  const auto write = std::to_string(RINGPROC_READ | RINGPROC_WRITE);
  const auto scenario = ::geteuid() == 0 ? "nobody" : "attempt";
  EXPECT_EQ(api::child({scenario, path, write}), 11);
  EXPECT_EQ(api::child({scenario, path, std::to_string(RINGPROC_READ)}), 0);
}

}  // namespace
