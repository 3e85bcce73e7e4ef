#include "runtime/spare_region.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support/temporary_place.hpp"

namespace ringproc::core {
namespace {

constexpr std::uint64_t kRing = 1 << 20;

// As a process's second open and the lane after it leave it.
void prepare(SpareRegion& spare, const std::shared_ptr<Place>& place) {
  EXPECT_EQ(spare.take(place, kRing), nullptr);
  EXPECT_EQ(spare.take(place, kRing), nullptr);
  spare.make();
}

TEST(SpareRegionTest, IsMadeForASecondRingAndNotBefore) {
  TemporaryPlace p;
  SpareRegion spare;
  EXPECT_EQ(spare.take(p.place, kRing), nullptr);
  spare.make();
  EXPECT_EQ(spare.take(p.place, kRing), nullptr);
  spare.make();
  EXPECT_NE(spare.take(p.place, kRing), nullptr);
  EXPECT_EQ(spare.take(p.place, kRing), nullptr) << "one is given to one";
}

TEST(SpareRegionTest, IsSeenByNobodyUntilItIsPublished) {
  TemporaryPlace p;
  SpareRegion spare;
  prepare(spare, p.place);
  EXPECT_TRUE(p.place->list().empty()) << "a killed process would leave it";
  const auto region = spare.take(p.place, kRing);
  ASSERT_NE(region, nullptr);
  region->header().identity.device = 3;
  region->header().identity.inode = 4;
  ASSERT_FALSE(region->publish());
  EXPECT_EQ(p.place->list(), std::vector<std::string>{"3-4.0"});
}

TEST(SpareRegionTest, HasItsFirst64KiBAndIsLocked) {
  TemporaryPlace p;
  SpareRegion spare;
  prepare(spare, p.place);
  const auto region = spare.take(p.place, kRing);
  ASSERT_NE(region, nullptr);
  EXPECT_EQ(region->header().ring_range, kRing);
  EXPECT_EQ(kRingStart + region->header().populated, kFirstBytes);
  ASSERT_FALSE(region->publish());
  const std::string name = p.place->list().at(0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::error_code error;
    ::_exit(p.place->open_region(name, error).locked_by() == static_cast<std::uint32_t>(::getppid())
                ? 0
                : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(SpareRegionTest, OfAnotherPlaceOrSizeIsNotGiven) {
  TemporaryPlace one;
  TemporaryPlace two;
  SpareRegion spare;
  prepare(spare, one.place);
  EXPECT_EQ(spare.take(two.place, kRing), nullptr);
  spare.make();
  EXPECT_EQ(spare.take(two.place, 2 * kRing), nullptr);
  spare.make();
  EXPECT_NE(spare.take(two.place, 2 * kRing), nullptr);
}

TEST(SpareRegionTest, ThatCannotBeMadeIsNone) {
  constexpr std::uint64_t kTooMuch = UINT64_MAX / 2;
  TemporaryPlace p;
  SpareRegion spare;
  EXPECT_EQ(spare.take(p.place, kTooMuch), nullptr);
  EXPECT_EQ(spare.take(p.place, kTooMuch), nullptr);
  spare.make();
  EXPECT_EQ(spare.take(p.place, kTooMuch), nullptr);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(SpareRegionTest, KeepsOneThatWasGivenUpAndNoMore) {
  TemporaryPlace p;
  SpareRegion spare;
  const std::size_t before = open_descriptors();
  std::error_code error;
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(spare.take(p.place, kRing));
    spare.spent(Region::create_shared(p.place, kRing, false, error));
    ASSERT_FALSE(error);
  }
  EXPECT_EQ(open_descriptors(), before + 1);
  spare.make();
  EXPECT_EQ(open_descriptors(), before + 1) << "the one that was given up went, a spare one came";
}

TEST(SpareRegionTest, DoesNotKeepARingThatHasGrown) {
  TemporaryPlace p;
  SpareRegion spare;
  prepare(spare, p.place);
  static_cast<void>(spare.take(p.place, kRing));
  std::error_code error;
  auto region = Region::create_shared(p.place, kRing, true, error);
  ASSERT_FALSE(error);
  const std::size_t before = open_descriptors();
  spare.spent(std::move(region));
  EXPECT_EQ(open_descriptors(), before - 1);
}

}  // namespace
}  // namespace ringproc::core
