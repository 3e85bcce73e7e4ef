#include "file/producer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "drain/batch.hpp"
#include "support/fake_backend.hpp"

namespace ringproc::core {
namespace {

class ProducerTest : public testing::Test {
 protected:
  void make(std::uint64_t ring_bytes, bool populate = true, std::uint64_t file_size = 0) {
    std::error_code error;
    region = Region::create(ring_bytes, populate, error);
    ASSERT_FALSE(error);
    producer = std::make_unique<Producer>(*region, floors, file_size);
  }
  bool accept(std::size_t n, std::uint64_t file_offset) {
    return producer->try_accept(std::vector<std::byte>(n), file_offset);
  }
  // Goes on at the end, with bytes that are different everywhere.
  bool append(std::size_t n) {
    std::string text(n, '\0');
    for (char& c : text) c = static_cast<char>(random = random * 1'103'515'245 + 12'345);
    if (!producer->try_accept(bytes_of(text), written_text.size())) return false;
    written_text += text;
    return true;
  }
  // What the ring holds.
  std::string pending() {
    RunView view(header(), header().runs_retired, header().accepted);
    std::string text;
    for (std::uint64_t at = header().written; at < header().accepted;) {
      const Piece piece = view.piece_at(at);
      const std::size_t begin = text.size();
      text.resize(begin + piece.length);
      region->ring().copy_out(piece.ring_offset,
                              std::as_writable_bytes(std::span(text).subspan(begin)));
      at += piece.length;
    }
    return text;
  }
  // As the drain would after writing everything below `position`.
  void drain(std::uint64_t position) {
    Batch batch;
    batch.position = header().written;
    retire(header(), batch, position - batch.position);
  }
  RegionHeader& header() { return region->header(); }
  const core::Run& row(std::size_t i) { return header().runs[i]; }
  // As the drain would after writing everything.
  void drain_all() {
    header().written = header().accepted.load();
    header().runs_retired = header().runs_pushed.load() - 1;
    const core::Run& last = row(static_cast<std::size_t>(header().runs_retired % kRunRows));
    header().freed = last.ring_offset + header().accepted - last.position;
  }

  ReadFloors floors;
  std::unique_ptr<Region> region;
  std::unique_ptr<Producer> producer;
  std::string written_text;
  std::uint32_t random = 1;
};

TEST_F(ProducerTest, AppendingCostsNoRows) {
  make(4096);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(accept(100, static_cast<std::uint64_t>(100 * i)));
  EXPECT_EQ(header().runs_pushed, 1u);
  EXPECT_EQ(header().accepted, 4000u);
}

TEST_F(ProducerTest, AJumpCostsOneRow) {
  make(4096);
  ASSERT_TRUE(accept(10, 0));
  ASSERT_TRUE(accept(10, 500));
  ASSERT_TRUE(accept(10, 510));
  EXPECT_EQ(header().runs_pushed, 2u);
  EXPECT_EQ(row(1).position, 10u);
  EXPECT_EQ(row(1).file_offset, 500u);
}

TEST_F(ProducerTest, RefusesWithoutATraceWhenThereIsNoRoom) {
  make(4096);
  ASSERT_TRUE(accept(4000, 0));
  EXPECT_FALSE(accept(97, 9000));
  EXPECT_EQ(header().accepted, 4000u);
  EXPECT_EQ(header().runs_pushed, 1u);
  EXPECT_TRUE(accept(96, 4000));
}

TEST_F(ProducerTest, AFullRowTableIsLikeAFullRing) {
  make(4096);
  for (std::uint64_t i = 0; i < kRunRows; ++i) ASSERT_TRUE(accept(1, 10 * i));
  EXPECT_FALSE(accept(1, 7));
  EXPECT_TRUE(accept(1, 10 * (kRunRows - 1) + 1)) << "going on needs no row";
  header().runs_retired = 1;
  EXPECT_TRUE(accept(1, 7));
}

TEST_F(ProducerTest, UsesTheWholeRingAgainOnceItIsDrained) {
  make(4096);
  for (std::uint64_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(accept(4096, i * 10'000)) << i;
    ASSERT_FALSE(accept(1, 5));
    drain_all();
  }
}

TEST_F(ProducerTest, AReadFloorHoldsSpaceBack) {
  make(4096);
  ASSERT_TRUE(accept(4096, 0));
  const std::size_t slot = floors.set(100);
  drain_all();
  EXPECT_FALSE(accept(4096, 4096));
  EXPECT_TRUE(accept(100, 4096));
  floors.clear(slot);
  EXPECT_TRUE(accept(3996, 4196));
}

TEST_F(ProducerTest, WrapsEarlyWhileLightlyLoadedAndStaysSmall) {
  make(16 << 20, false);
  const std::uint64_t small = header().populated;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(accept(1000, i * 1000));
    drain_all();
  }
  EXPECT_EQ(header().populated, small);
}

TEST_F(ProducerTest, TakesMorePagesWhileTheDrainLags) {
  make(1 << 20, false);
  std::uint64_t accepted = 0;
  while (accept(4096, accepted) || region->grow(producer->pages_wanted())) {
    accepted = header().accepted;
    if (accepted == std::uint64_t{1} << 20) break;
  }
  EXPECT_EQ(accepted, std::uint64_t{1} << 20);
  EXPECT_EQ(header().populated, std::uint64_t{1} << 20);
}

TEST_F(ProducerTest, AsksForPagesBeforeItUsesThem) {
  make(1 << 20, false);
  const std::uint64_t first = header().populated;
  std::uint64_t accepted = 0;
  while (accept(4096, accepted)) accepted += 4096;
  EXPECT_EQ(accepted, first) << "no further than there are pages";
  EXPECT_EQ(producer->pages_wanted(), first + 4096);
}

TEST_F(ProducerTest, AsksForNothingWhenOnlyTheDrainCanHelp) {
  make(4096);
  ASSERT_TRUE(accept(4096, 0));
  EXPECT_FALSE(accept(1, 4096));
  EXPECT_EQ(producer->pages_wanted(), 0u);
}

// A disk that hangs just after an early wrap.
TEST_F(ProducerTest, GoesAroundPendingBytesThatAreInItsWay) {
  make(1 << 20, false);
  ASSERT_TRUE(append(24'000));
  drain(20'000);
  ASSERT_TRUE(append(10'000));
  ASSERT_EQ(row(1).ring_offset, std::uint64_t{1} << 20) << "wrapped early";

  EXPECT_FALSE(append(12'000));
  EXPECT_EQ(producer->pages_wanted(), 36'000u) << "behind what the first lap has used";
  while (append(12'000) || region->grow(producer->pages_wanted())) {
    if (producer->pages_wanted() == 0) break;
  }

  EXPECT_GT(header().accepted, 1'000'000u) << "all of the range but what does not fit";
  EXPECT_EQ(pending(), written_text.substr(20'000));
}

TEST_F(ProducerTest, GoesAroundWhatIsBeingReadToo) {
  make(1 << 20, false);
  ASSERT_TRUE(append(24'000));
  drain(20'000);
  const std::size_t slot = floors.set(20'000);
  ASSERT_TRUE(append(10'000));
  drain_all();
  EXPECT_FALSE(append(12'000)) << "into what is being read";
  ASSERT_TRUE(region->grow(producer->pages_wanted()));
  EXPECT_TRUE(append(12'000));
  EXPECT_EQ(row(2).ring_offset, (1u << 20) + 24'000u);
  floors.clear(slot);
}

TEST_F(ProducerTest, WrapsOnlyWhenTheBytesItWentAroundAreGone) {
  make(1 << 20, false);
  ASSERT_TRUE(append(24'000));
  drain(20'000);
  ASSERT_TRUE(append(10'000));
  ASSERT_TRUE(region->grow(64'000));
  while (append(8'000)) {
  }
  EXPECT_EQ(pending(), written_text.substr(20'000));
  drain(34'000);  // what it went around, and what lies at the beginning
  ASSERT_TRUE(append(8'000));
  EXPECT_EQ(row(3).ring_offset, 2u << 20);
  EXPECT_EQ(pending(), written_text.substr(34'000));
}

TEST_F(ProducerTest, GoesAroundNothingOnceTheLapBeforeIsGone) {
  make(1 << 20, false);
  ASSERT_TRUE(append(24'000));
  drain(20'000);
  ASSERT_TRUE(append(10'000));
  drain(26'000);
  ASSERT_TRUE(region->grow(1 << 20));
  while (append(12'000)) {
  }
  EXPECT_EQ(header().runs_pushed, 3u) << "into step with blocks, and across the end of the range";
  EXPECT_EQ(pending(), written_text.substr(26'000));
}

// Whatever the head's place: else a writer that cannot have more memory would wait for ever.
TEST_F(ProducerTest, TheLargestWriteFitsADrainedRingWithoutMorePages) {
  for (const std::uint64_t wanted :
       {std::uint64_t{kFirstBytes - kRingStart}, std::uint64_t{2} << 20}) {
    make(16 << 20, false);
    ASSERT_TRUE(region->grow(wanted));
    const std::uint64_t populated = header().populated;
    const auto largest = static_cast<std::size_t>(producer->largest_write());
    std::uint64_t at = 0;
    for (std::size_t n = 1; n < largest; n += largest / 37) {
      ASSERT_TRUE(accept(n, at)) << n;
      drain_all();
      at += n + 70'001;  // beyond the end and out of step with the ring: wants a gap
      ASSERT_TRUE(accept(largest, at)) << populated << " after " << n;
      drain_all();
      at += largest;
    }
    EXPECT_EQ(header().populated, populated);
  }
}

TEST_F(ProducerTest, AcceptsNothingOnceStopped) {
  make(4096);
  ASSERT_TRUE(accept(10, 0));
  EXPECT_EQ(producer->stop(), 10u);
  EXPECT_FALSE(accept(1, 10));
}

TEST_F(ProducerTest, StreamsCongruentToTheFileModuloTheBlock) {
  make(1 << 20);
  ASSERT_TRUE(accept(100, 0));
  ASSERT_TRUE(accept(kBlock, 1'000'000)) << "beyond the end: streams";
  EXPECT_EQ(row(1).ring_offset % kBlock, 1'000'000 % kBlock);
}

TEST_F(ProducerTest, PacksSmallPatchesWithoutAGap) {
  make(1 << 20);
  ASSERT_TRUE(accept(50'001, 0));
  ASSERT_TRUE(accept(4, 40));
  EXPECT_EQ(row(1).ring_offset, 50'001u);
}

TEST_F(ProducerTest, GoesOnAfterAWriterDiedBetweenRowAndPublication) {
  make(4096);
  ASSERT_TRUE(accept(10, 0));
  RunTable(header()).push({10, 700, 10});  // the dead writer's row
  producer->resume();

  ASSERT_TRUE(accept(5, 10));

  RunView view(header(), 0, header().accepted);
  EXPECT_EQ(view.piece_at(0).length, 10u);
  EXPECT_EQ(view.piece_at(10).file_offset, 10u);
}

}  // namespace
}  // namespace ringproc::core
