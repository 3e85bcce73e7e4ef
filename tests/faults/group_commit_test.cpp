// One sync satisfies every flush whose bytes were written before it began, one that runs already
// counts for nobody who came later, and a writer beside them is never held up. The sync is held by
// the disk, so nothing here depends on time.
#include <future>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::text_of;

class GroupCommit : public faults::OnABadDisk, public testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override {
    OnABadDisk::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(ringproc_open(path().c_str(), RINGPROC_CREATE, nullptr, &file_), 0);
    ASSERT_EQ(ringproc_flush(file_), 0);  // its name is done with
  }
  void TearDown() override {
    OnABadDisk::TearDown();
    if (file_ == nullptr) return;
    EXPECT_EQ(ringproc_close(file_), 0);
  }
  [[nodiscard]] ringproc_stats stats() const {
    ringproc_stats stats{};
    stats.size = sizeof stats;
    EXPECT_EQ(ringproc_stats_of(file_, &stats), 0);
    return stats;
  }
  [[nodiscard]] std::future<std::int64_t> caller(unsigned seed) {
    return std::async(std::launch::async, [this, seed] {
      const std::string text = text_of(100, seed);
      return ringproc_write_flush(file_, text.data(), text.size());
    });
  }

  ringproc_file* file_ = nullptr;
};

TEST_P(GroupCommit, SharesSyncsAndHoldsNoWriterUp) {
  const auto before = stats();
  const auto syncs_before = disk_->count("fsync");
  disk_->fault("fsync 1 1 hang");
  std::vector<std::future<std::int64_t>> callers;
  callers.push_back(caller(0));
  ASSERT_EQ(disk_->hanging(1), 1U);
  for (unsigned i = 1; i < GetParam(); ++i) callers.push_back(caller(i));
  ASSERT_TRUE(faults::eventually([&] { return stats().flushes == before.flushes + GetParam(); }));

  const std::string text = text_of(500);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(ringproc_write(file_, text.data(), text.size()), 500);
  }
  EXPECT_EQ(disk_->hanging(), 1U) << "all that while the sync was held";
  EXPECT_EQ(stats().stalls, 0U);
  EXPECT_EQ(stats().durable, before.durable);

  disk_->release();
  for (auto& each : callers) EXPECT_EQ(each.get(), 100);
  const auto syncs = disk_->count("fsync") - syncs_before;
  // The one that was held, and one for all who came during it. One caller more may have been
  // counted and not have joined when that began; all in all it is no question of how many callers
  // there are.
  EXPECT_GE(syncs, std::min<std::size_t>(GetParam(), 2));
  EXPECT_LE(syncs, std::min<std::size_t>(GetParam(), 3));
  EXPECT_EQ(stats().syncs - before.syncs, syncs);
  EXPECT_GE(stats().durable, before.accepted + 100 * GetParam());
}

INSTANTIATE_TEST_SUITE_P(Callers, GroupCommit, testing::Values(1, 2, 3, 4, 8, 16, 32, 64));

// Nobody who came during a sync has its success: the disk must be asked once more.
TEST_F(GroupCommit, ClaimsNothingForWhoCameLater) {
  disk_->fault("fsync 1 1 hang");
  auto first = caller(1);
  ASSERT_EQ(disk_->hanging(1), 1U);
  const auto flushes = stats().flushes;
  auto second = caller(2);
  ASSERT_TRUE(faults::eventually([&] { return stats().flushes == flushes + 1; }));
  disk_->release();
  EXPECT_EQ(first.get(), 100);
  EXPECT_EQ(second.get(), 100);
  EXPECT_EQ(after_a_cut("none").value(), text_of(100, 1) + text_of(100, 2));
}

}  // namespace
