// Space taken beyond the end of a growing file, and that it is given back.
#include "drain/space_ahead.hpp"

#include <gtest/gtest.h>

#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

constexpr std::uint64_t kMegabyte = 1024 * 1024;

Options with(Preallocate how) {
  Options options = SteppedFile::small_ring();
  options.ring_bytes = 4 << 20;
  options.preallocate = how;
  return options;
}

class SpaceReserved : public testing::Test {
 protected:
  SpaceReserved() { f.disk.can_reserve = true; }
  void append(std::size_t size) {
    ASSERT_TRUE(f.write(std::string(size, 'x')));
    f.drain();
  }
  SteppedFile f{with(Preallocate::automatic)};
};

TEST_F(SpaceReserved, NotForASmallFile) {
  append(1000);
  EXPECT_TRUE(f.disk.reserved.empty());
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_TRUE(f.disk.truncations.empty()) << "nothing was taken";
}

TEST_F(SpaceReserved, AheadOfAGrowingOneAndMoreAsItGrows) {
  for (int i = 0; i < 40; ++i) append(100'000);
  ASSERT_GE(f.disk.reserved.size(), 2u);
  EXPECT_LE(f.disk.reserved.size(), 5u) << "twice as much each time";
  for (std::size_t i = 1; i < f.disk.reserved.size(); ++i) {
    EXPECT_EQ(f.disk.reserved[i].first, f.disk.reserved[i - 1].second);
  }
  EXPECT_GT(f.disk.reserved.back().second, f.disk.bytes.size());
  EXPECT_EQ(f.disk.bytes.size(), 4'000'000u) << "the size is that of the bytes";
  EXPECT_TRUE(f.file->statistics().can_preallocate);
}

TEST_F(SpaceReserved, GivenBackAtTheEnd) {
  append(100'000);
  ASSERT_FALSE(f.disk.reserved.empty());
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.truncations, std::vector<std::uint64_t>{100'000});
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.truncations.size(), 1u) << "once";
}

TEST_F(SpaceReserved, NotForBytesThatReplaceOthers) {
  append(50'000);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(f.seek(0));
    append(50'000);
  }
  EXPECT_TRUE(f.disk.reserved.empty());
}

TEST_F(SpaceReserved, FromTheStartForWhoFlushesBetweenAppends) {
  append(1000);
  EXPECT_TRUE(f.disk.reserved.empty());
  ASSERT_FALSE(f.file->flush());
  append(1000);
  EXPECT_EQ(f.disk.reserved.size(), 1u);
}

TEST_F(SpaceReserved, NotWhileAnotherProcessWrites) {
  f.disk.others_write = true;
  append(100'000);
  EXPECT_TRUE(f.disk.reserved.empty());
  EXPECT_FALSE(f.file->statistics().can_preallocate);
}

TEST_F(SpaceReserved, NothingIsCutOffWhenAnotherProcessCameToWrite) {
  append(100'000);
  f.disk.others_write = true;
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_TRUE(f.disk.truncations.empty());
}

TEST_F(SpaceReserved, NothingIsCutOffThatSomebodyElseAppended) {
  append(100'000);
  f.disk.bytes.resize(100'001);
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_TRUE(f.disk.truncations.empty());
}

TEST_F(SpaceReserved, ARefusalIsNoError) {
  f.disk.reserve_error = full_disk();
  append(100'000);
  append(100'000);
  EXPECT_FALSE(f.file->failure().error);
  EXPECT_FALSE(f.file->statistics().can_preallocate);
  EXPECT_EQ(f.disk.bytes.size(), 200'000u);
}

TEST_F(SpaceReserved, GivenBackWhenTheDiskWasFull) {
  append(100'000);
  f.disk.on_write = [](int) { return full_disk(); };
  append(100'000);
  ASSERT_EQ(f.file->failure().error, full_disk());
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.truncations, std::vector<std::uint64_t>{100'000}) << "what is written is valid";
}

TEST_F(SpaceReserved, LeftAloneAfterAnyOtherFailure) {
  append(100'000);
  f.disk.on_sync = [](int) { return io_error(); };
  EXPECT_EQ(f.file->flush(), io_error());
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_TRUE(f.disk.truncations.empty());
}

TEST_F(SpaceReserved, ForgottenWhenTheFileIsCut) {
  append(100'000);
  ASSERT_FALSE(f.file->cut());
  f.disk.truncations.clear();
  ASSERT_TRUE(f.seek(0));
  append(120'000);
  EXPECT_EQ(f.disk.reserved.size(), 2u) << "a new file, as it were";
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.truncations, std::vector<std::uint64_t>{120'000});
}

TEST(SpaceAheadOff, TakesNothing) {
  SteppedFile f(with(Preallocate::off));
  f.disk.can_reserve = true;
  ASSERT_TRUE(f.write(std::string(200'000, 'x')));
  f.drain();
  EXPECT_TRUE(f.disk.reserved.empty());
  EXPECT_FALSE(f.file->statistics().can_preallocate);
}

class SpaceFilled : public testing::Test {
 protected:
  void append(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(f.write(std::string(1000, 'x')));
      ASSERT_FALSE(f.file->flush());
      size_ += 1000;
    }
  }
  [[nodiscard]] bool bytes_then_zeros() const {
    const std::string text = f.disk.text();
    return text == std::string(size_, 'x') + std::string(text.size() - size_, '\0');
  }
  SteppedFile f{with(Preallocate::written)};
  std::size_t size_ = 0;
};

TEST_F(SpaceFilled, OnceAFileIsFlushedAgainAndAgain) {
  append(1);
  EXPECT_EQ(f.disk.bytes.size(), 1000u);
  append(5);
  EXPECT_GE(f.disk.bytes.size(), kMegabyte);
  EXPECT_TRUE(bytes_then_zeros());
  EXPECT_EQ(f.file->statistics().logical_size, size_) << "the zeros are not the application's";
  EXPECT_EQ(f.read(0, 10'000), std::string(size_, 'x'));
}

TEST_F(SpaceFilled, PastThePageCacheInWholeBlocks) {
  f.disk.can_direct = true;
  append(5);
  EXPECT_TRUE(f.disk.direct_writes.empty()) << "from the middle of a block on";
  SteppedFile blocks(with(Preallocate::written));
  blocks.disk.can_direct = true;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(blocks.write(std::string(kDirectBlock, 'x')));
    ASSERT_FALSE(blocks.file->flush());
  }
  ASSERT_FALSE(blocks.disk.direct_writes.empty());
  EXPECT_FALSE(blocks.disk.misaligned);
  std::uint64_t most = 0;
  for (const auto& [offset, length] : blocks.disk.direct_writes) most = std::max(most, length);
  EXPECT_EQ(most, kMegabyte);
}

TEST_F(SpaceFilled, AgainWhenItIsUsedUp) {
  append(1100);
  EXPECT_GE(f.disk.bytes.size(), 2 * kMegabyte);
  EXPECT_LT(f.disk.bytes.size(), 3 * kMegabyte);
  EXPECT_TRUE(bytes_then_zeros());
}

TEST_F(SpaceFilled, NotForWhoNeverFlushes) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(f.write(std::string(1000, 'x')));
    f.drain();
  }
  EXPECT_EQ(f.disk.bytes.size(), 10'000u);
}

TEST_F(SpaceFilled, CutOffAtTheEnd) {
  append(5);
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.text(), std::string(size_, 'x'));
}

TEST_F(SpaceFilled, ADurableCloseCoversTheCut) {
  Options options = f.file->options();
  options.close = Until::device;
  ASSERT_FALSE(f.file->set_options(options));
  append(5);
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.durable, f.disk.bytes);
  EXPECT_EQ(f.disk.durable.size(), size_);
}

TEST_F(SpaceFilled, AFullDiskEndsTheFillingAndNothingElse) {
  append(2);
  f.disk.most_per_write = 100'000;
  f.disk.on_write = [](int call) { return call == 4 ? full_disk() : std::error_code{}; };
  append(5);
  EXPECT_FALSE(f.file->failure().error);
  EXPECT_TRUE(bytes_then_zeros());
  EXPECT_FALSE(f.file->statistics().can_preallocate);
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.text(), std::string(size_, 'x'));
}

TEST_F(SpaceFilled, AGapInTheZerosReadsAsZeros) {
  append(5);
  ASSERT_TRUE(f.seek(8000) && f.write("end"));
  f.drain();
  ASSERT_FALSE(f.file->give_back_space());
  EXPECT_EQ(f.disk.text(), std::string(5000, 'x') + std::string(3000, '\0') + "end");
}

}  // namespace
}  // namespace ringproc::core
