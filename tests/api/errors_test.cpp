// Late errors, overruns, and how they are told.
#include <algorithm>
#include <cerrno>

#include "api/support.hpp"

namespace {

using api::bytes;

class StickyError : public testing::Test {
 protected:
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
};

TEST_F(StickyError, FlushTellsAFailedWrite) { EXPECT_EQ(api::child({"flush-tells", path_}), 0); }
TEST_F(StickyError, CloseTellsAFailedWrite) { EXPECT_EQ(api::child({"close-tells", path_}), 0); }
TEST_F(StickyError, EveryLaterCallFailsWithIt) {
  EXPECT_EQ(api::child({"later-calls-fail", path_}), 0);
}
TEST_F(StickyError, OtherHandlesOfTheFileFailWithIt) {
  EXPECT_EQ(api::child({"other-handles-fail", path_}), 0);
}
TEST_F(StickyError, FailureTellsOperationAndPlace) {
  EXPECT_EQ(api::child({"failure-is-complete", path_}), 0);
}
TEST_F(StickyError, TheFirstErrorIsKept) {
  EXPECT_EQ(api::child({"first-error-is-kept", path_}), 0);
}
TEST_F(StickyError, WhatWasDurableStaysDurable) {
  EXPECT_EQ(api::child({"durable-stays", path_}), 0);
  EXPECT_EQ(api::on_disk(path_).substr(0, 10'000), std::string(10'000, 'g'));
}
TEST_F(StickyError, TheFileIsValidUpToTheFailedWrite) {
  EXPECT_EQ(api::child({"flush-tells", path_}), 0);
  const auto text = api::on_disk(path_);
  EXPECT_LE(text.size(), 65536U);
  EXPECT_EQ(text, std::string(text.size(), 'x'));
}
TEST_F(StickyError, AFailedSyncIsNeverClaimedByALaterFlush) {
  EXPECT_EQ(api::child({"sync-fails", path_}), 0);
}
TEST_F(StickyError, AFreshOpenAfterAFailedSyncIsSuspect) {
  EXPECT_EQ(api::child({"suspect", path_}), 0);
}
TEST_F(StickyError, AtOsLevelAFailingSyncIsNotAsked) {
  EXPECT_EQ(api::child({"os-level", path_}), 0);
  EXPECT_EQ(api::on_disk(path_), "abc");
}
TEST_F(StickyError, CloseAtDeviceLevelTellsAFailedSync) {
  EXPECT_EQ(api::child({"close-device", path_}), 0);
}
TEST_F(StickyError, AFullDiskNamesItselfAtMmioClose) {
  EXPECT_EQ(api::child({"mmio-disk-full", path_}), 0);
}
TEST_F(StickyError, MmioCallsFailAfterAWriteError) {
  EXPECT_EQ(api::child({"mmio-write-error", path_}), 0);
}

class Overrun : public testing::Test {
 protected:
  Overrun() {
    options_.ring_bytes = 4096;
    options_.on_full = ringproc::OnFull::fail;
    file_ = api::open(path_, api::kCreate, &options_);
  }
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
  api::Options options_;
  api::File file_;
  const std::string too_much_ = std::string(8192, 'o');
};

TEST_F(Overrun, AcceptsNothing) {
  const auto count = file_.write(bytes(too_much_));
  EXPECT_EQ(count.error.value(), RINGPROC_E_OVERRUN);
  EXPECT_EQ(count.bytes, 0U);
  EXPECT_EQ(file_.stats().accepted, 0U);
  EXPECT_EQ(file_.stats().logical_size, 0U);
}

TEST_F(Overrun, IsCounted) {
  EXPECT_TRUE(file_.write(bytes(too_much_)).error);
  const auto stats = file_.stats();
  EXPECT_EQ(stats.refused_writes, 1U);
  EXPECT_EQ(stats.refused_bytes, too_much_.size());
  EXPECT_EQ(stats.writes, 0U);
}

TEST_F(Overrun, DoesNotMoveTheOffset) {
  EXPECT_FALSE(file_.write(bytes("abc")).error);
  EXPECT_TRUE(file_.write(bytes(too_much_)).error);
  std::error_code error;
  EXPECT_EQ(file_.seek(0, api::Origin::current, error), 3U);
}

TEST_F(Overrun, IsNotSticky) {
  EXPECT_TRUE(file_.write(bytes(too_much_)).error);
  EXPECT_FALSE(file_.write_flush(bytes("later")).error);
  EXPECT_FALSE(file_.flush());
  EXPECT_EQ(api::read_all(file_), "later");
  EXPECT_FALSE(file_.failure().error);
}

TEST_F(Overrun, MakesCloseFail) {
  EXPECT_TRUE(file_.write(bytes(too_much_)).error);
  EXPECT_FALSE(file_.write(bytes("later")).error);
  EXPECT_EQ(file_.close().value(), RINGPROC_E_REFUSED);
  EXPECT_EQ(api::on_disk(path_), "later");
}

TEST_F(Overrun, AFullRingRefusesOrTakesEachWriteWhole) {
  std::string expected;
  std::uint64_t refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string block(1500, static_cast<char>('a' + i % 26));
    if (file_.write(bytes(block)).error) {
      ++refused;
    } else {
      expected += block;
    }
  }
  EXPECT_EQ(file_.stats().refused_writes, refused);
  EXPECT_EQ(file_.close().value(), refused == 0 ? 0 : RINGPROC_E_REFUSED);
  EXPECT_EQ(api::on_disk(path_), expected);
}

TEST(Block, AWriteLargerThanTheRingIsAcceptedInParts) {
  const api::Directory directory;
  api::Options options;
  options.ring_bytes = 4096;
  auto file = api::open(directory.file("f"), api::kCreate, &options);
  std::string large;
  for (int i = 0; large.size() < 100'000; ++i) large += std::to_string(i) + ",";
  EXPECT_EQ(file.write(bytes(large)).bytes, large.size());
  EXPECT_EQ(file.stats().accepted, large.size());
  EXPECT_EQ(api::read_all(file), large);
  EXPECT_FALSE(file.close());
  EXPECT_EQ(api::on_disk(directory.file("f")), large);
}

TEST(Errors, EveryCodeHasItsOwnText) {
  std::vector<std::string> texts;
  for (int code = RINGPROC_E_UNWRITTEN; code <= RINGPROC_E_OVERRUN; ++code) {
    texts.emplace_back(ringproc_strerror(code));
    EXPECT_FALSE(texts.back().empty()) << code;
  }
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::unique(texts.begin(), texts.end()), texts.end());
}

TEST(Errors, SystemErrorsHaveTheSystemsText) {
  EXPECT_NE(std::string(ringproc_strerror(-ENOENT)).find("No such file"), std::string::npos);
  EXPECT_NE(std::string(ringproc_strerror(-ENOSPC)).find("No space"), std::string::npos);
}

TEST(Errors, AnyNumberHasAText) {
  for (const std::int64_t code :
       {INT64_MIN, INT64_MAX, std::int64_t{0}, std::int64_t{1}, std::int64_t{-65536},
        std::int64_t{-65549}, std::int64_t{-4095}}) {
    ASSERT_NE(ringproc_strerror(code), nullptr);
    EXPECT_NE(*ringproc_strerror(code), '\0') << code;
  }
}

TEST(Errors, TheCategoryNamesCodesAsStrerrorDoes) {
  const std::error_code error(RINGPROC_E_OVERRUN, ringproc::error_category());
  EXPECT_EQ(error.message(), ringproc_strerror(RINGPROC_E_OVERRUN));
}

}  // namespace
