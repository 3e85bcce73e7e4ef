// More than one process: fork, exit, share modes between processes.
#include "api/support.hpp"
#include "support/forking.hpp"

namespace {

using api::bytes;
using api::Mode;

constexpr int kSharing = 10;  // exit status of api_child attempt

std::string flags(unsigned value) { return std::to_string(value); }

class Processes : public testing::Test {
 protected:
  // Share modes between processes need locks of the file system.
  bool locks() {
    return (api::open(path_, api::kCreate).stats().capabilities & RINGPROC_CAN_LOCK) != 0;
  }
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
};

using Exit = Processes;

TEST_F(Exit, WithoutCloseWritesWhatIsPending) {
  EXPECT_EQ(api::child({"exit", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), std::string(200'000, 'e'));
}

TEST_F(Exit, AcceptsNothingMoreOnceTheRingsAreFinished) {
  EXPECT_EQ(api::child({"exit-ends-accepting", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), "kept");
}

class Fork : public Processes {
 protected:
  void SetUp() override {
    if (const char* why = why_no_fork()) GTEST_SKIP() << why;
  }
};

TEST_F(Fork, LeavesTheChildsHandlesDead) {
  EXPECT_EQ(api::child({"fork-dead", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), "parent!");
}

TEST_F(Fork, TheChildsExitWritesNothingOfTheParents) {
  EXPECT_EQ(api::child({"fork-writes-nothing", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), "flushedpending");
}

TEST_F(Fork, TheChildMayOpenFilesOfItsOwn) {
  EXPECT_EQ(api::child({"fork-own", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), "parent");
  EXPECT_EQ(api::on_disk(path_ + ".child"), "child");
}

TEST_F(Fork, TheChildsExitWritesItsOwn) {
  EXPECT_EQ(api::child({"fork-own-exit", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), "parent");
  EXPECT_EQ(api::on_disk(path_ + ".child"), "child");
}

TEST_F(Fork, BesideAStreamOfWritesLosesNothing) {
  EXPECT_EQ(api::child({"fork-beside", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), std::string(200'000, 'w'));
}

using ShareBetweenProcesses = Processes;

TEST_F(ShareBetweenProcesses, DenyWriteExcludesAWriter) {
  ASSERT_TRUE(locks());
  auto file = api::open(path_, api::kReadWrite | Mode::deny_write);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_WRITE)}), kSharing);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_READ)}), 0);
}

TEST_F(ShareBetweenProcesses, DenyReadExcludesAReader) {
  ASSERT_TRUE(locks());
  auto file = api::open(path_, api::kReadWrite | Mode::deny_read);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_READ)}), kSharing);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_WRITE)}), 0);
}

TEST_F(ShareBetweenProcesses, ADenialThatOthersBreakAlreadyIsRefused) {
  ASSERT_TRUE(locks());
  auto file = api::open(path_, api::kReadWrite);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_READ | RINGPROC_DENY_WRITE)}), kSharing);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_READ | RINGPROC_DENY_READ)}), kSharing);
}

TEST_F(ShareBetweenProcesses, ADeniedCreateCutsNothing) {
  ASSERT_TRUE(locks());
  auto file = api::open(path_, api::kReadWrite | Mode::deny_write);
  ASSERT_FALSE(file.write_flush(bytes("kept")).error);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_CREATE)}), kSharing);
  EXPECT_EQ(api::on_disk(path_), "kept");
}

TEST_F(ShareBetweenProcesses, AnotherProcessesDenialHoldsHere) {
  ASSERT_TRUE(locks());
  api::Child other({"hold", path_, flags(RINGPROC_READ | RINGPROC_WRITE | RINGPROC_DENY_WRITE)});
  other.wait_for_a_line();
  EXPECT_EQ(api::open_error(path_, api::kReadWrite), RINGPROC_E_SHARING);
  EXPECT_EQ(api::open_error(path_, Mode::read), 0);
  EXPECT_EQ(other.status(), 0);
  EXPECT_EQ(api::open_error(path_, api::kReadWrite), 0);
}

TEST_F(ShareBetweenProcesses, ClosingOneHandleKeepsTheDenialOfAnother) {
  ASSERT_TRUE(locks());
  auto denying = api::open(path_, api::kReadWrite | Mode::deny_write);
  auto reader = api::open(path_, Mode::read);
  EXPECT_FALSE(reader.close());
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_WRITE)}), kSharing);
  EXPECT_FALSE(denying.close());
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_WRITE)}), 0);
}

TEST_F(ShareBetweenProcesses, TwoWithoutDenialsMayBothWrite) {
  ASSERT_TRUE(locks());
  auto file = api::open(path_, api::kReadWrite);
  EXPECT_EQ(api::child({"attempt", path_, flags(RINGPROC_READ | RINGPROC_WRITE)}), 0);
}

}  // namespace
