// Share modes between open descriptions, as another process would hold them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "backend/posix_share.hpp"
#include "mmio/temp_file.hpp"

namespace ringproc::core {
namespace {

constexpr ShareMode kReads{.read = true};
constexpr ShareMode kReadsAndWrites{.read = true, .write = true};
constexpr ShareMode kReadsAlone{.read = true, .deny_read = true, .deny_write = true};
constexpr ShareMode kReadsUnwritten{.read = true, .deny_write = true};

class Share : public testing::Test {
 protected:
  Share() {
    file_.put("content");
    for (int& fd : fds_) fd = ::open(file_.path().c_str(), O_RDWR);
  }
  ~Share() override {
    for (const int fd : fds_) ::close(fd);
  }
  [[nodiscard]] bool granted(int which, ShareMode wanted, ShareMode held = {}) const {
    const ShareResult result = acquire_share(fds_[which], wanted, held);
    EXPECT_TRUE(!result.error || result.error == std::errc::device_or_resource_busy);
    EXPECT_TRUE(result.locks_work);
    return !result.error;
  }

  test::TempFile file_;
  int fds_[3]{};
};

TEST_F(Share, ReadersAndWritersThatDenyNothingGetAlong) {
  EXPECT_TRUE(granted(0, kReadsAndWrites));
  EXPECT_TRUE(granted(1, kReadsAndWrites));
  EXPECT_TRUE(granted(2, kReads));
}

TEST_F(Share, DenierKeepsOthersOutWhoeverComesFirst) {
  EXPECT_TRUE(granted(0, kReadsUnwritten));
  EXPECT_TRUE(granted(1, kReads));
  EXPECT_FALSE(granted(2, kReadsAndWrites));
  EXPECT_FALSE(granted(2, kReadsAlone));
}

TEST_F(Share, DenyingWhatIsBeingDoneFailsAndLeavesNothing) {
  EXPECT_TRUE(granted(0, kReadsAndWrites));
  EXPECT_FALSE(granted(1, kReadsUnwritten));
  EXPECT_TRUE(granted(2, kReadsAndWrites));
}

TEST_F(Share, SecondClaimAddsToTheFirst) {
  EXPECT_TRUE(granted(0, kReads));
  EXPECT_TRUE(granted(0, kReadsUnwritten, kReads));
  EXPECT_FALSE(granted(1, kReadsAndWrites));
}

TEST_F(Share, RefusedAdditionLeavesWhatWasHeld) {
  EXPECT_TRUE(granted(0, kReads));
  EXPECT_TRUE(granted(1, kReadsUnwritten));
  EXPECT_FALSE(granted(0, kReadsAndWrites, kReads));
  EXPECT_FALSE(granted(2, kReadsAlone));
  release_share(fds_[1]);
  EXPECT_FALSE(granted(2, kReadsAlone));
}

TEST_F(Share, ReleasedOrClosedIsFree) {
  EXPECT_TRUE(granted(0, kReadsAlone));
  release_share(fds_[0]);
  EXPECT_TRUE(granted(1, kReadsAlone));
  ::close(fds_[1]);
  EXPECT_TRUE(granted(2, kReadsAlone));
  fds_[1] = ::open(file_.path().c_str(), O_RDWR);
}

TEST_F(Share, DescriptorForWritingOnlySeesOthersButSaysItIsNotSeen) {
  const int writer = ::open(file_.path().c_str(), O_WRONLY);
  EXPECT_FALSE(acquire_share(writer, {.write = true}).locks_work);
  EXPECT_TRUE(granted(0, kReadsUnwritten));
  EXPECT_TRUE(acquire_share(writer, {.write = true}).error);
  ::close(writer);
}

TEST_F(Share, StrangersSharedLockOnTheWholeFileIsNoClaim) {
  struct flock whole = {};
  whole.l_type = F_RDLCK;
  ASSERT_EQ(::fcntl(fds_[0], F_OFD_SETLK, &whole), 0);
  EXPECT_TRUE(granted(1, kReadsAndWrites));
}

}  // namespace
}  // namespace ringproc::core
