// Statistics and capabilities mean what ringproc.h says.
#include <sys/vfs.h>

#include "api/support.hpp"

namespace {

using api::bytes;

class Statistics : public testing::Test {
 protected:
  api::Directory directory_;
  api::File file_ = api::open(directory_.file("f"), api::kCreate);
};

TEST_F(Statistics, OfAFreshFileAreZero) {
  const auto stats = file_.stats();
  EXPECT_EQ(stats.size, sizeof(ringproc_stats));
  EXPECT_EQ(stats.accepted, 0U);
  EXPECT_EQ(stats.written, 0U);
  EXPECT_EQ(stats.logical_size, 0U);
  EXPECT_EQ(stats.writes, 0U);
  EXPECT_EQ(stats.handles, 1U);
  EXPECT_EQ(stats.suspect, 0U);
  EXPECT_EQ(stats.ring_capacity_bytes, 16U << 20);
}

TEST_F(Statistics, CountWritesFlushesAndSyncs) {
  for (int i = 0; i < 5; ++i) ASSERT_FALSE(file_.write(bytes("abc")).error);
  const auto flushes_before = file_.stats().flushes;
  ASSERT_FALSE(file_.flush());
  const auto stats = file_.stats();
  EXPECT_EQ(stats.writes, 5U);
  EXPECT_EQ(stats.accepted, 15U);
  EXPECT_EQ(stats.written, 15U);
  EXPECT_EQ(stats.durable, 15U);
  EXPECT_EQ(stats.flushes, flushes_before + 1);
  EXPECT_GE(stats.syncs, 1U);
  EXPECT_GT(stats.sync_ns_mean, 0U);
  EXPECT_GE(stats.os_writes, 1U);
  EXPECT_LE(stats.os_writes, 5U);
  EXPECT_GE(stats.ring_high_water_bytes, 3U);
}

TEST_F(Statistics, TinyWritesGoToTheDiskTogether) {
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(file_.write(bytes("abc")).error);
  ASSERT_FALSE(file_.flush());
  EXPECT_LE(file_.stats().os_writes, 20U);
}

TEST_F(Statistics, OpeningAsksForNoFlush) { EXPECT_EQ(file_.stats().flushes, 0U); }

TEST_F(Statistics, CountPatchesApart) {
  ASSERT_FALSE(file_.write(bytes("abc")).error);
  ASSERT_FALSE(file_.write_at(bytes("xy"), 0).error);
  EXPECT_EQ(file_.stats().patches, 2U);
  EXPECT_EQ(file_.stats().accepted, 3U);
}

TEST_F(Statistics, AFlushOfNothingAsksForNoSync) {
  ASSERT_FALSE(file_.write_flush(bytes("abc")).error);
  const auto before = file_.stats().syncs;
  ASSERT_FALSE(file_.flush());
  EXPECT_EQ(file_.stats().syncs, before);
}

TEST_F(Statistics, FlushesReachTheDeviceAndTheName) {
  const auto can = file_.stats().capabilities;
  EXPECT_NE(can & RINGPROC_CAN_SYNC, 0U);
  EXPECT_NE(can & RINGPROC_CAN_SYNC_NAME, 0U);
  EXPECT_NE(can & RINGPROC_CAN_LOCK, 0U);
}

TEST_F(Statistics, LevelOsSyncsNothing) {
  api::Options options;
  options.flush = ringproc::Until::os;
  auto file = api::open(directory_.file("os"), api::kCreate, &options);
  ASSERT_FALSE(file.write_flush(bytes("abc")).error);
  EXPECT_EQ(file.stats().syncs, 0U);
  EXPECT_EQ(file.stats().durable, 0U);
  EXPECT_EQ(file.stats().written, 3U);
}

TEST_F(Statistics, WithoutAFailureTheReportIsEmpty) {
  const auto report = file_.failure();
  EXPECT_FALSE(report.error);
  EXPECT_EQ(report.operation, RINGPROC_OP_NONE);
}

TEST_F(Statistics, WhatIsPendingReachesTheSystemWithinTheAge) {
  api::Options options;
  options.age = std::chrono::milliseconds(1);
  auto file = api::open(directory_.file("aged"), api::kCreate, &options);
  ASSERT_FALSE(file.write(bytes("abc")).error);
  while (file.stats().written < 3) ::sched_yield();  // ends, or the test's time-out tells
  EXPECT_EQ(api::on_disk(directory_.file("aged")), "abc");
}

}  // namespace
