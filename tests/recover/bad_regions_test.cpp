// Files in the region directory that are no good: told clearly, left alone.
#include <sys/stat.h>

#include <filesystem>

#include "recover/dead_owner.hpp"
#include "region/layout.hpp"

namespace ringproc::core {
namespace {

namespace fs = std::filesystem;

class BadRegion : public DeadOwner {
 protected:
  void SetUp() override {
    leave_region();
    region_ = place()->directory() + "/" + names().at(0);
  }
  void patch(std::size_t offset, std::string_view bytes) {
    std::fstream file(region_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  void expect_left_alone(const char* says) {
    const std::string before = on_disk(region_);
    const RecoverOutcome outcome = recover();
    EXPECT_EQ(outcome.result, RecoverResult::not_usable) << text_of(outcome);
    EXPECT_NE(text_of(outcome).find(says), std::string::npos) << text_of(outcome);
    EXPECT_FALSE(is_complete(outcome));
    EXPECT_EQ(on_disk(region_), before);
    EXPECT_EQ(on_disk(path_), kDurable);
  }
  std::string region_;
};

TEST_F(BadRegion, OfAnotherVersion) {
  patch(offsetof(RegionHeader, version), std::string_view("\x63\0\0\0", 4));
  expect_left_alone("another version");
}

TEST_F(BadRegion, ThatIsNone) {
  put_on_disk(region_, "something else");
  expect_left_alone("not a region");
}

TEST_F(BadRegion, ThatIsCut) {
  fs::resize_file(region_, fs::file_size(region_) - 4096);
  expect_left_alone("damaged");
}

TEST_F(BadRegion, ThatIsDamaged) {
  patch(offsetof(RegionHeader, runs), std::string(24, '\xff'));
  expect_left_alone("damaged");
}

TEST_F(BadRegion, ThatIsALink) {
  fs::rename(region_, regions_.file("elsewhere"));
  fs::create_symlink(regions_.file("elsewhere"), region_);
  expect_left_alone("symbolic link");
}

TEST_F(BadRegion, ThatIsADirectory) {
  fs::remove(region_);
  fs::create_directory(region_);
  const RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::not_usable) << text_of(outcome);
}

TEST_F(BadRegion, OfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(region_.c_str(), 65534, 65534), 0);
  expect_left_alone("user 65534");
}

TEST_F(BadRegion, BesideAGoodOneDoesNotKeepThatFromBeingFinished) {
  put_on_disk(place()->directory() + "/0-garbage", "?");
  int finished = 0;
  for (const auto& outcome : recover_all(*place(), {})) {
    finished += outcome.result == RecoverResult::finished ? 1 : 0;
  }
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(on_disk(path_), kComplete);
}

}  // namespace
}  // namespace ringproc::core
