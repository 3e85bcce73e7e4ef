// Large data past the page cache: what goes which way, and that nothing waits for a block's end.
#include "drain/direct.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "drain/drain.hpp"
#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

constexpr std::size_t kBlockSize = kDirectBlock;
constexpr std::size_t kLarge = kLeastDirect;

std::string pattern(std::size_t size, unsigned seed = 0) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>((i * 7 + i / 251 + seed) % 251);
  return text;
}

Options roomy_ring() {
  Options options = SteppedFile::small_ring();
  options.ring_bytes = 4 << 20;
  return options;
}

// A batch whose parts lie in aligned memory.
class SliceTest : public testing::Test {
 protected:
  Batch batch_of(std::uint64_t offset,
                 std::initializer_list<std::pair<std::size_t, std::size_t>> parts) {
    Batch batch;
    batch.file_offset = offset;
    for (const auto& [at, size] : parts) {
      batch.add({{std::span(memory_).subspan(at, size), {}}});
      batch.length += size;
    }
    return batch;
  }
  static void expect(const Slice& slice, std::uint64_t length, bool direct) {
    EXPECT_EQ(slice.length, length);
    EXPECT_EQ(slice.direct, direct);
  }
  std::span<std::byte> memory_ = [this] {
    const auto at = reinterpret_cast<std::uintptr_t>(storage_.data());
    return std::span(storage_).subspan((kBlockSize - at % kBlockSize) % kBlockSize,
                                       64 * kBlockSize);
  }();

 private:
  std::vector<std::byte> storage_ = std::vector<std::byte>(65 * kBlockSize);
};

TEST_F(SliceTest, WholeBlocksGoDirectAndTheEndIsLeft) {
  expect(next_slice(batch_of(0, {{0, 10 * kBlockSize + 5}}), 1), 10 * kBlockSize, true);
}

TEST_F(SliceTest, TheBeginningOfABlockIsCompletedFirst) {
  expect(next_slice(batch_of(100, {{100, 10 * kBlockSize}}), 1), kBlockSize - 100, false);
}

TEST_F(SliceTest, LessThanTheLeastGoesAsItIs) {
  expect(next_slice(batch_of(0, {{0, 10 * kBlockSize}}), 11 * kBlockSize), 10 * kBlockSize, false);
}

TEST_F(SliceTest, PartsThatMeetBetweenBlocksAreOneWrite) {
  expect(next_slice(batch_of(0, {{8 * kBlockSize, 4 * kBlockSize}, {0, 2 * kBlockSize}}), 1),
         6 * kBlockSize, true);
}

TEST_F(SliceTest, ABlockOfTwoPartsIsNotDirect) {
  // 2.5 blocks, then on in memory that is congruent to the file again.
  const std::size_t half = kBlockSize / 2;
  const auto parts = {std::pair{std::size_t{0}, 2 * kBlockSize + half},
                      std::pair{20 * kBlockSize + half, 3 * kBlockSize}};
  expect(next_slice(batch_of(0, parts), 1), 2 * kBlockSize, true);
  const auto rest = {std::pair{2 * kBlockSize, half},
                     std::pair{20 * kBlockSize + half, 3 * kBlockSize}};
  expect(next_slice(batch_of(2 * kBlockSize, rest), 1), kBlockSize, false);
}

TEST_F(SliceTest, MemoryThatIsNotCongruentIsNotDirect) {
  expect(next_slice(batch_of(0, {{1, 10 * kBlockSize}}), 1), 10 * kBlockSize, false);
  expect(next_slice(batch_of(0, {{1, 10 * kBlockSize}, {20 * kBlockSize, 5 * kBlockSize}}), 1),
         10 * kBlockSize, false);
}

TEST_F(SliceTest, APatchIsNotDirect) {
  Batch patch = batch_of(0, {{0, kBlockSize}});
  patch.is_patch = true;
  expect(next_slice(patch, 1), kBlockSize, false);
}

TEST(DirectWriting, LargeDataGoesPastThePageCacheButForItsEnds) {
  SteppedFile f(roomy_ring());
  f.disk.can_direct = true;
  const std::string head = pattern(100, 1);
  const std::string body = pattern(3 * kLarge, 2);
  ASSERT_TRUE(f.write(head));
  f.drain();
  ASSERT_TRUE(f.write(body));
  f.drain();
  EXPECT_EQ(f.disk.text(), head + body);
  EXPECT_FALSE(f.disk.misaligned);
  ASSERT_EQ(f.disk.direct_writes.size(), 1u);
  EXPECT_EQ(f.disk.direct_writes[0].first, kBlockSize);
  EXPECT_EQ(f.file->statistics().drain.direct_bytes, 3 * kLarge - kBlockSize);
  EXPECT_TRUE(f.file->statistics().can_write_direct);
}

TEST(DirectWriting, SmallDataDoesNot) {
  SteppedFile f(roomy_ring());
  f.disk.can_direct = true;
  ASSERT_TRUE(f.write(pattern(kLarge / 2)));
  f.drain();
  EXPECT_TRUE(f.disk.direct_writes.empty());
}

TEST(DirectWriting, OnMeansEveryWholeBlock) {
  Options options = roomy_ring();
  options.direct = Direct::on;
  FakeDisk disk;
  disk.can_direct = true;
  SteppedScheduler scheduler;
  auto file =
      std::make_shared<File>(std::make_unique<FakeBackend>(disk), FileId{1, 1}, scheduler, options);
  ASSERT_FALSE(file->make_writable(nullptr));
  Cursor cursor;
  ASSERT_FALSE(file->write(cursor, bytes_of(pattern(2 * kBlockSize + 1))).error);
  ASSERT_FALSE(file->flush());
  EXPECT_EQ(disk.direct_writes, (decltype(disk.direct_writes){{0, 2 * kBlockSize}}));
}

TEST(DirectWriting, OnIsRefusedWhereItIsImpossible) {
  Options options = roomy_ring();
  options.direct = Direct::on;
  FakeDisk disk;
  SteppedScheduler scheduler;
  auto file =
      std::make_shared<File>(std::make_unique<FakeBackend>(disk), FileId{1, 1}, scheduler, options);
  EXPECT_EQ(file->make_writable(nullptr), std::errc::not_supported);
  EXPECT_FALSE(file->writable());
}

TEST(DirectWriting, OffMeansNever) {
  Options options = roomy_ring();
  options.direct = Direct::off;
  SteppedFile f(options);
  f.disk.can_direct = true;
  ASSERT_TRUE(f.write(pattern(4 * kLarge)));
  f.drain();
  EXPECT_TRUE(f.disk.direct_writes.empty());
  EXPECT_FALSE(f.file->statistics().can_write_direct);
}

TEST(DirectWriting, ARefusalCostsNothingAndIsTold) {
  SteppedFile f(roomy_ring());
  f.disk.can_direct = false;
  ASSERT_TRUE(f.write(pattern(4 * kLarge)));
  f.drain();
  EXPECT_EQ(f.disk.text(), pattern(4 * kLarge));
  EXPECT_FALSE(f.file->statistics().can_write_direct);
  EXPECT_FALSE(f.file->failure().error);
}

TEST(DirectWriting, AShortWriteIsContinuedThroughThePageCache) {
  SteppedFile f(roomy_ring());
  f.disk.can_direct = true;
  f.disk.most_per_write = kLarge + 1;
  ASSERT_TRUE(f.write(pattern(2 * kLarge)));
  f.drain();
  EXPECT_EQ(f.disk.text(), pattern(2 * kLarge));
  EXPECT_FALSE(f.disk.misaligned);
  EXPECT_EQ(f.disk.direct_writes.size(), 1u);
}

TEST(DirectWriting, AFailureIsSticky) {
  SteppedFile f(roomy_ring());
  f.disk.can_direct = true;
  f.disk.on_write = [](int) { return io_error(); };
  ASSERT_TRUE(f.write(pattern(2 * kLarge)));
  EXPECT_EQ(f.file->drain().write_step(), Step::failed);
  EXPECT_EQ(f.file->failure().error, io_error());
}

// A turn of the lane leaves the end of a block to the bytes that follow.
class TailTest : public testing::Test {
 protected:
  TailTest() { f.disk.can_direct = true; }
  void leave_a_tail() {
    ASSERT_TRUE(f.write(pattern(kLarge + 10)));
    ASSERT_EQ(f.file->drain().work(UINT64_MAX), Step::nothing);
    ASSERT_EQ(f.disk.bytes.size(), kLarge) << "the last ten bytes wait";
  }
  [[nodiscard]] bool all_is_written() const { return f.disk.text() == pattern(kLarge + 10); }
  SteppedFile f{roomy_ring()};
};

TEST_F(TailTest, GoesWithWhatFollows) {
  leave_a_tail();
  ASSERT_TRUE(f.write(pattern(kLarge)));
  EXPECT_EQ(f.file->drain().work(UINT64_MAX), Step::nothing);
  EXPECT_EQ(f.disk.bytes.size(), 2 * kLarge);
  EXPECT_EQ(f.disk.writes.size(), 2u);
  EXPECT_EQ(f.disk.direct_writes.size(), 2u);
}

TEST_F(TailTest, IsWrittenWhenItIsDue) {
  leave_a_tail();
  f.file->drain().want_written();
  EXPECT_EQ(f.file->drain().work(UINT64_MAX), Step::nothing);
  EXPECT_TRUE(all_is_written());
}

TEST_F(TailTest, IsWrittenByAFlush) {
  leave_a_tail();
  ASSERT_FALSE(f.file->flush());
  EXPECT_TRUE(all_is_written());
  EXPECT_EQ(f.disk.durable, f.disk.bytes);
}

TEST_F(TailTest, IsWrittenForWhoeverWaitsForALane) {
  leave_a_tail();
  f.scheduler.helpful = true;
  ASSERT_FALSE(f.file->drain_for_close());
  EXPECT_TRUE(all_is_written());
}

TEST_F(TailTest, IsNotInTheWayOfAWriterThatNeedsAllOfTheRing) {
  leave_a_tail();
  Options block = f.file->options();
  block.on_full = OnFull::block;
  ASSERT_FALSE(f.file->set_options(block));
  f.scheduler.helpful = true;
  const std::string all = pattern(4 << 20, 3);
  ASSERT_TRUE(f.write(all));  // would wait for ever
  f.drain();
  EXPECT_EQ(f.disk.text(), pattern(kLarge + 10) + all);
}

TEST_F(TailTest, IsReadWhereItIs) {
  leave_a_tail();
  EXPECT_EQ(f.read(0, kLarge + 10), pattern(kLarge + 10));
}

TEST_F(TailTest, IsNoReasonToHoldBackAPatch) {
  leave_a_tail();
  ASSERT_TRUE(f.write_at("HEAD", 0));
  EXPECT_EQ(f.file->drain().work(UINT64_MAX), Step::nothing);
  EXPECT_EQ(f.disk.text().substr(0, 4), "HEAD");
}

// A stream that begins in the middle of a block, in a ring that is too small at first to align it.
Options growing_ring() {
  Options options = SteppedFile::small_ring();
  options.ring_bytes = 0;
  return options;
}

TEST(DirectWriting, AStreamGetsIntoStepAsSoonAsTheRingIsLargeEnough) {
  SteppedFile f(growing_ring(), pattern(17));
  f.disk.can_direct = true;
  ASSERT_TRUE(f.seek(17));
  for (unsigned i = 0; i < 60; ++i) ASSERT_TRUE(f.write(pattern(30'001, i)));  // nothing is drained
  f.drain();
  EXPECT_GT(f.file->statistics().drain.direct_bytes, kLarge);
}

TEST(DirectWriting, AStreamGetsIntoStepWithTheBlocks) {
  SteppedFile f(growing_ring(), pattern(17));
  f.disk.can_direct = true;
  ASSERT_TRUE(f.seek(17));
  std::string all = pattern(17);
  for (unsigned i = 0; i < 200; ++i) {
    const std::string more = pattern(30'001, i);
    ASSERT_TRUE(f.write(more));
    all += more;
    if (i % 40 == 39) f.drain();
  }
  f.drain();
  EXPECT_EQ(f.disk.text(), all);
  EXPECT_FALSE(f.disk.misaligned);
  EXPECT_GT(f.file->statistics().drain.direct_bytes, all.size() / 2);
}

// Who waits for the device has nothing from the page cache.
class FlushedBlocks : public testing::Test {
 protected:
  void SetUp() override { f.disk.can_direct = true; }
  void flush(std::size_t size) {
    ASSERT_TRUE(f.write(pattern(size)));
    ASSERT_FALSE(f.file->flush());
  }
  SteppedFile f{roomy_ring()};
};

TEST_F(FlushedBlocks, GoDirectInAFileThatIsFlushedAgainAndAgain) {
  flush(kBlockSize);
  flush(kBlockSize);
  EXPECT_TRUE(f.disk.direct_writes.empty());
  flush(2 * kBlockSize);
  EXPECT_EQ(
      f.disk.direct_writes,
      (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{2 * kBlockSize, 2 * kBlockSize}}));
  EXPECT_FALSE(f.disk.misaligned);
}

TEST_F(FlushedBlocks, ButNotWithAPartOfABlockBesideThem) {
  for (int i = 0; i < 5; ++i) flush(2 * kBlockSize + 100);
  EXPECT_TRUE(f.disk.direct_writes.empty()) << "two writes would be slower than one";
}

TEST_F(FlushedBlocks, NorIfNobodyWaits) {
  for (int i = 0; i < 3; ++i) flush(kBlockSize);
  f.disk.direct_writes.clear();
  ASSERT_TRUE(f.write(pattern(kBlockSize)));
  f.drain();
  EXPECT_TRUE(f.disk.direct_writes.empty());
}

}  // namespace
}  // namespace ringproc::core
