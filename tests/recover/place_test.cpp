#include "region/place.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "region/region.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::core {
namespace {

namespace fs = std::filesystem;

std::string problem_of_place(const std::string& directory, Place::Make make = Place::Make::yes) {
  std::string problem;
  static_cast<void>(Place::open(directory, make, problem));
  return problem;
}

TEST(PlaceTest, IsMadeForItsOwnerAlone) {
  const TemporaryDirectory below("/dev/shm");
  EXPECT_EQ(problem_of_place(below.file("r")), "");
  struct stat now {};
  ASSERT_EQ(::stat(below.file("r").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777, 0700u);
}

TEST(PlaceTest, IsNotMadeWhenOnlyLookedFor) {
  const TemporaryDirectory below("/dev/shm");
  EXPECT_EQ(problem_of_place(below.file("r"), Place::Make::no), "");
  EXPECT_FALSE(fs::exists(below.file("r")));
}

TEST(PlaceTest, RefusesALinkAStrangersAndAnOpenDirectory) {
  const TemporaryDirectory below("/dev/shm");
  fs::create_directory(below.file("real"));
  fs::permissions(below.file("real"), fs::perms::owner_all);
  fs::create_symlink(below.file("real"), below.file("link"));
  EXPECT_NE(problem_of_place(below.file("link")).find("symbolic link"), std::string::npos);
  fs::permissions(below.file("real"), fs::perms::owner_all | fs::perms::others_read);
  EXPECT_NE(problem_of_place(below.file("real")).find("chmod 700"), std::string::npos);
  fs::permissions(below.file("real"), fs::perms::owner_all);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(::chown(below.file("real").c_str(), 65534, 65534), 0);
  EXPECT_NE(problem_of_place(below.file("real")).find("user 65534"), std::string::npos);
}

TEST(PlaceTest, RefusesADiskAndAFile) {
  const TemporaryDirectory disk("/tmp");
  struct stat memory {};
  if (::stat("/dev/shm", &memory) == 0) {
    struct stat other {};
    ASSERT_EQ(::stat(disk.path().c_str(), &other), 0);
    if (other.st_dev != memory.st_dev) {
      EXPECT_NE(problem_of_place(disk.file("r")).find("not in memory"), std::string::npos);
    }
  }
  const TemporaryDirectory below("/dev/shm");
  ASSERT_EQ(::close(::creat(below.file("f").c_str(), 0600)), 0);
  EXPECT_NE(problem_of_place(below.file("f")), "");
}

std::unique_ptr<Region> shared_region(const std::shared_ptr<Place>& place, std::uint64_t ring,
                                      bool populate_all = false) {
  std::error_code error;
  auto region = Region::create_shared(place, ring, populate_all, error);
  EXPECT_FALSE(error) << error.message();
  if (!region) return nullptr;
  region->header().identity.device = 3;
  region->header().identity.inode = 4;
  return region;
}

TEST(SharedRegion, AppearsOnlyWhenPublishedAndReadableByItsOwnerAlone) {
  TemporaryPlace p;
  auto region = shared_region(p.place, 1 << 20);
  EXPECT_TRUE(p.place->list().empty());
  ASSERT_FALSE(region->publish());
  ASSERT_EQ(p.place->list(), std::vector<std::string>{"3-4.0"});
  struct stat now {};
  ASSERT_EQ(::stat(region->path().c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777, 0600u);
}

TEST(SharedRegion, ReservesOnlyItsFirstBytes) {
  TemporaryPlace p;
  auto region = shared_region(p.place, 16 << 20);
  ASSERT_FALSE(region->publish());
  struct stat now {};
  ASSERT_EQ(::stat(region->path().c_str(), &now), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(now.st_blocks) * 512, kFirstBytes);
  EXPECT_EQ(region->header().populated, kFirstBytes - kRingStart);
}

TEST(SharedRegion, ReservesAllOfAnExplicitRing) {
  TemporaryPlace p;
  auto region = shared_region(p.place, 1 << 20, true);
  ASSERT_FALSE(region->publish());
  struct stat now {};
  ASSERT_EQ(::stat(region->path().c_str(), &now), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(now.st_blocks) * 512, (1u << 20) + kRingStart);
}

TEST(SharedRegion, ReservesOnlyAddressesForItsLimit) {
  TemporaryPlace p;
  std::error_code error;
  const std::uint64_t limit = std::uint64_t{64} << 30;
  const auto region = Region::create_shared(p.place, 1 << 20, true, error, limit);
  ASSERT_FALSE(error) << error.message();
  region->header().identity.device = 3;
  ASSERT_FALSE(region->publish());
  struct stat now {};
  ASSERT_EQ(::stat(region->path().c_str(), &now), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(now.st_size), kRingStart + limit);
  EXPECT_EQ(static_cast<std::uint64_t>(now.st_blocks) * 512, (1u << 20) + kRingStart);
  EXPECT_TRUE(region->grow(2 << 20));
  EXPECT_EQ(region->capacity(), limit);
}

// Large pages, where there are any, are taken whole: each is there before a byte is stored in it.
TEST(SharedRegion, GrowsToTheEndOfALargePage) {
  TemporaryPlace p;
  auto region = shared_region(p.place, 16 << 20);
  ASSERT_FALSE(region->publish());
  const std::uint64_t huge = os::huge_page_size();
  ASSERT_TRUE(region->grow(2 * huge));
  const std::uint64_t populated = region->header().populated;
  EXPECT_EQ((kRingStart + populated) % huge, 0u);
  struct stat now {};
  ASSERT_EQ(::stat(region->path().c_str(), &now), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(now.st_blocks) * 512, kRingStart + populated);
  region->lower(huge);
  while (region->give_back()) {
  }
  ASSERT_EQ(::stat(region->path().c_str(), &now), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(now.st_blocks) * 512, kRingStart + huge);
  ASSERT_TRUE(region->grow(16 << 20)) << "and again";
  EXPECT_EQ(region->header().populated, 16u << 20);
}

TEST(SharedRegion, GrowsByWhatIsAskedForAndNoFurtherThanItsRange) {
  TemporaryPlace p;
  auto region = shared_region(p.place, 1 << 20);
  const std::uint64_t first = region->header().populated;
  EXPECT_TRUE(region->grow(first + 1));
  EXPECT_GE(region->header().populated, first + 1);
  EXPECT_LT(region->header().populated, 1u << 20);
  EXPECT_TRUE(region->grow(std::uint64_t{1} << 30));
  EXPECT_EQ(region->header().populated, 1u << 20);
  EXPECT_EQ(region->capacity(), 1u << 20);
}

TEST(SharedRegion, StaysWhereItIsIfNotRemovedAndGoesIfItIs) {
  TemporaryPlace p;
  auto kept = shared_region(p.place, 1 << 20);
  auto removed = shared_region(p.place, 1 << 20);
  ASSERT_FALSE(kept->publish());
  ASSERT_FALSE(removed->publish());
  EXPECT_EQ(p.place->list().size(), 2u) << "a second region of the same file has a name of its own";
  removed->remove();
  removed.reset();
  kept.reset();
  EXPECT_EQ(p.place->list(), std::vector<std::string>{"3-4.0"});
}

TEST(SharedRegion, IsLockedForItsLifeAgainstOtherProcesses) {
  TemporaryPlace p;
  auto region = shared_region(p.place, 1 << 20);
  ASSERT_FALSE(region->publish());
  const auto holder_seen_by_another = [&] {
    const pid_t child = ::fork();
    if (child == 0) {
      std::error_code error;
      const RegionFile file = p.place->open_region("3-4.0", error);
      ::_exit(file.locked_by() == static_cast<std::uint32_t>(::getppid()) ? 10 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 10;
  };
  EXPECT_TRUE(holder_seen_by_another());
  region.reset();
  EXPECT_FALSE(holder_seen_by_another());
}

TEST(OwnRegionsTest, TellsOwnRegionsFromThoseBeingRecovered) {
  ASSERT_TRUE(OwnRegions::claim("mine", true));
  EXPECT_FALSE(OwnRegions::claim("mine", false)) << "recovery must not open it";
  EXPECT_FALSE(OwnRegions::claim("mine", true));
  OwnRegions::release("mine");
  EXPECT_TRUE(OwnRegions::claim("mine", false));
  EXPECT_FALSE(OwnRegions::claim("mine", true)) << "an opener takes another name";
  OwnRegions::release("mine");
}

}  // namespace
}  // namespace ringproc::core
