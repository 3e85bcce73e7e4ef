#include "drain/replay.hpp"

#include <gtest/gtest.h>

#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

TEST(Replay, FinishesWhatWasAcceptedPatchesIncluded) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaa"));
  ASSERT_TRUE(f.write_at("PP", 1));
  ASSERT_TRUE(f.seek(2) && f.write("bb"));
  FakeBackend backend(f.disk);

  EXPECT_FALSE(replay(f.file->region(), backend));

  EXPECT_EQ(f.disk.text(), "aPbb");
  EXPECT_FALSE(f.file->drain().has_work());
}

TEST(Replay, MayBeCutOffAfterAnyCallAndRunAgain) {
  for (int cut = 1; cut < 12; ++cut) {
    SteppedFile f;
    f.disk.most_per_write = 2;
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(f.seek(static_cast<std::uint64_t>(i)) && f.write(std::string(4, char('a' + i))));
    }
    ASSERT_TRUE(f.write_at("PPP", 2));
    f.disk.on_write = [&](int call) { return call == cut ? io_error() : std::error_code{}; };
    FakeBackend backend(f.disk);

    static_cast<void>(replay(f.file->region(), backend));
    f.disk.on_write = {};
    EXPECT_FALSE(replay(f.file->region(), backend)) << cut;

    EXPECT_EQ(f.disk.text(), "abPPPdd") << cut;
  }
}

TEST(Replay, WritesTheSameBytesAgainWhenOnlyTheWatermarkWasLost) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaa"));
  ASSERT_TRUE(f.seek(2) && f.write("bbbb"));
  RegionHeader& header = f.file->drain().header();
  const std::uint64_t written = header.written;
  const std::uint64_t retired = header.runs_retired;
  f.drain();
  header.written = written;  // killed between the write and the store
  header.runs_retired = retired;
  FakeBackend backend(f.disk);

  EXPECT_FALSE(replay(f.file->region(), backend));

  EXPECT_EQ(f.disk.text(), "aabbbb");
}

TEST(Replay, LeavesOutWhatWasNotPublished) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaa"));
  RunTable(f.file->drain().header()).push({4, 0, 4});  // a writer died before it published
  FakeBackend backend(f.disk);
  EXPECT_FALSE(replay(f.file->region(), backend));
  EXPECT_EQ(f.disk.text(), "aaaa");
}

}  // namespace
}  // namespace ringproc::core
