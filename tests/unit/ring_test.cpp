#include "region/ring.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "region/region.hpp"
#include "region/run_table.hpp"

namespace ringproc::core {
namespace {

TEST(Ring, GivesTwoPartsOnlyWhereAStretchWraps) {
  std::vector<std::byte> memory(10);
  const Ring ring(memory);

  EXPECT_EQ(ring.parts(3, 7).part[0].size(), 7u);
  EXPECT_TRUE(ring.parts(3, 7).part[1].empty());
  EXPECT_EQ(ring.parts(8, 5).part[0].size(), 2u);
  EXPECT_EQ(ring.parts(8, 5).part[1].size(), 3u);
  EXPECT_EQ(ring.parts(1'000'000'007, 3).part[0].data(), &memory[7]);
}

TEST(Ring, CopiesOutWhatWasCopiedInAtEveryOffset) {
  std::vector<std::byte> memory(16);
  const Ring ring(memory);
  for (std::uint64_t offset = 0; offset < 32; ++offset) {
    for (std::size_t n = 1; n <= 16; ++n) {
      std::vector<std::byte> in(n, static_cast<std::byte>(offset + n));
      std::vector<std::byte> out(n);
      ring.copy_in(offset, in);
      ring.copy_out(offset, out);
      ASSERT_EQ(in, out);
    }
  }
}

TEST(Region, HasZeroWatermarksAndTheFirstBytesPresent) {
  std::error_code error;
  const auto region = Region::create(16 << 20, false, error);
  ASSERT_FALSE(error);
  EXPECT_EQ(region->header().magic, kRegionMagic);
  EXPECT_EQ(region->header().accepted, 0u);
  EXPECT_EQ(region->header().populated, kFirstBytes - kRingStart);
  EXPECT_EQ(region->ring().size(), std::size_t{16} << 20);
}

TEST(Region, RefusesASizeThatNoMemoryHolds) {
  std::error_code error;
  EXPECT_EQ(Region::create(UINT64_MAX / 2, false, error), nullptr);
  EXPECT_TRUE(error);
}

class RunTableTest : public testing::Test {
 protected:
  RegionHeader header{};
  RunTable table{header};
};

TEST_F(RunTableTest, ViewFindsTheRowOfAPosition) {
  table.push({0, 100, 0});
  table.push({10, 500, 16});

  RunView view(header, 0, 30);

  const Piece first = view.piece_at(4);
  EXPECT_EQ(first.length, 6u);
  EXPECT_EQ(first.file_offset, 104u);
  const Piece second = view.piece_at(12);
  EXPECT_EQ(second.length, 18u);
  EXPECT_EQ(second.file_offset, 502u);
  EXPECT_EQ(second.ring_offset, 18u);
}

TEST_F(RunTableTest, RowsAtOrBeyondAcceptedAreNotThereYet) {
  table.push({0, 0, 0});
  table.push({10, 500, 16});

  EXPECT_EQ(RunView(header, 0, 10).piece_at(0).length, 10u);
}

TEST_F(RunTableTest, LastOfSeveralRowsWithOnePositionCounts) {
  table.push({0, 0, 0});
  table.push({10, 500, 16});  // its writer died before it published
  table.push({10, 900, 32});

  EXPECT_EQ(RunView(header, 0, 20).piece_at(10).file_offset, 900u);
}

TEST_F(RunTableTest, IsFullUntilARowIsRetired) {
  for (std::size_t i = 0; i < kRunRows; ++i) {
    ASSERT_TRUE(table.has_room());
    table.push({i, 1000 * i, i});
  }
  EXPECT_FALSE(table.has_room());
  header.runs_retired = 1;
  EXPECT_TRUE(table.has_room());
}

}  // namespace
}  // namespace ringproc::core
