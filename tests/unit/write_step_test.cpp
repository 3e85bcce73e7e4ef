#include <gtest/gtest.h>

#include "drain/drain.hpp"
#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

TEST(WriteStep, WritesManySmallWritesAsOne) {
  SteppedFile f;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(f.write("ab"));

  EXPECT_EQ(f.file->drain().write_step(), Step::progressed);

  EXPECT_EQ(f.disk.writes.size(), 1u);
  EXPECT_EQ(f.disk.text().size(), 200u);
  EXPECT_EQ(f.file->drain().write_step(), Step::nothing);
}

TEST(WriteStep, KeepsTheOrderOfOverlappingRuns) {
  SteppedFile f;
  ASSERT_TRUE(f.write("....data"));
  ASSERT_TRUE(f.seek(0) && f.write("head"));
  ASSERT_TRUE(f.seek(2) && f.write("AD"));

  f.drain();

  EXPECT_EQ(f.disk.text(), "heADdata");
  EXPECT_EQ(f.disk.writes.size(), 3u);
}

TEST(WriteStep, FreesRingSpaceAfterEveryCallThatTookBytes) {
  SteppedFile f;
  f.disk.most_per_write = 1000;
  std::vector<std::uint64_t> freed;
  f.disk.on_write = [&](int) {
    freed.push_back(f.file->drain().header().freed);
    return std::error_code{};
  };
  ASSERT_TRUE(f.write(std::string(3000, 'x')));

  EXPECT_EQ(f.file->drain().write_step(), Step::progressed);

  EXPECT_EQ(freed, (std::vector<std::uint64_t>{0, 1000, 2000}));
  EXPECT_EQ(f.disk.text(), std::string(3000, 'x'));
}

TEST(WriteStep, AWriteThatTakesNothingIsAnErrorAndNoEndlessLoop) {
  SteppedFile f;
  f.disk.most_per_write = 0;
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.file->drain().write_step(), Step::failed);
  EXPECT_EQ(f.file->failure().error, io_error());
}

TEST(WriteStep, FirstErrorIsKeptWithPlaceAndDurablePosition) {
  SteppedFile f;
  ASSERT_TRUE(f.write("1234567890"));
  ASSERT_FALSE(f.file->flush());
  f.disk.on_write = [](int call) { return call == 1 ? std::error_code{} : full_disk(); };
  f.disk.most_per_write = 4;
  ASSERT_TRUE(f.seek(100) && f.write("abcdefgh"));

  f.drain();

  const Failure failure = f.file->failure();
  EXPECT_EQ(failure.error, full_disk());
  EXPECT_EQ(failure.operation, Operation::write);
  EXPECT_EQ(failure.file_offset, 104u);
  EXPECT_EQ(failure.position, 14u);
  EXPECT_EQ(failure.durable, 10u);
}

TEST(WriteStep, ASecondErrorDoesNotReplaceTheFirst) {
  SteppedFile f;
  f.file->drain().fail({full_disk(), Operation::write, 7, 7, 0});
  f.file->drain().fail({io_error(), Operation::sync, 9, 9, 0});
  EXPECT_EQ(f.file->failure().error, full_disk());
  EXPECT_EQ(f.file->failure().file_offset, 7u);
}

TEST(WriteStep, NothingIsWrittenAfterAFailure) {
  SteppedFile f;
  f.disk.on_write = [](int) { return io_error(); };
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.file->drain().write_step(), Step::failed);
  f.disk.on_write = {};
  EXPECT_EQ(f.file->drain().write_step(), Step::failed);
  EXPECT_TRUE(f.disk.writes.empty());
}

TEST(WriteStep, WaitsForSpaceWhenToldTo) {
  Options options = SteppedFile::small_ring();
  options.wait_for_space = true;
  SteppedFile f(options);
  f.disk.on_write = [](int call) { return call < 3 ? full_disk() : std::error_code{}; };
  ASSERT_TRUE(f.write("abc"));

  EXPECT_EQ(f.file->drain().write_step(), Step::no_space);
  EXPECT_EQ(f.file->drain().write_step(), Step::no_space);
  EXPECT_EQ(f.file->drain().write_step(), Step::progressed);

  EXPECT_EQ(f.disk.text(), "abc");
  EXPECT_FALSE(f.file->drain().failed());
}

TEST(WriteStep, APatchGoesAfterWhatWasAcceptedAndBeforeWhatComes) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaa"));
  ASSERT_TRUE(f.write_at("PP", 1));
  ASSERT_TRUE(f.seek(2) && f.write("bb"));

  f.drain();

  EXPECT_EQ(f.disk.text(), "aPbb");
}

TEST(WriteStep, APatchComesBetweenTwoHalvesOfOneAppend) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaa"));
  ASSERT_TRUE(f.write_at("PPPPPP", 2));
  ASSERT_TRUE(f.write("bb"));

  f.drain();

  EXPECT_EQ(f.disk.text(), "aaPPbbPP");
}

TEST(WriteStep, PatchesWrapInTheirOwnMemory) {
  SteppedFile f;
  std::string expected(40'000, 'z');
  for (int i = 0; i < 40; ++i) {
    const std::string patch(999, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(f.write_at(patch, static_cast<std::uint64_t>(i) * 1000)) << i;
    expected.replace(static_cast<std::size_t>(i) * 1000, 999, patch);
    expected[static_cast<std::size_t>(i) * 1000 + 999] = '\0';
    f.drain();
  }
  expected.resize(39'999);
  EXPECT_EQ(f.disk.text(), expected);
}

TEST(WriteStep, AFullPatchListIsAnOverrunUnderFail) {
  SteppedFile f;
  for (std::size_t i = 0; i < kPatchRows; ++i) ASSERT_TRUE(f.write_at("x", i));
  EXPECT_EQ(f.file->write_at(bytes_of("x"), 50).error, Errc::overrun);
  f.drain();
  EXPECT_TRUE(f.write_at("x", 50));
}

TEST(WriteStep, IsOwnedByOneThread) {
  SteppedFile f;
  Step inside = Step::nothing;
  f.disk.on_write = [&](int) {
    inside = f.file->drain().write_step();
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.file->drain().write_step(), Step::progressed);
  EXPECT_EQ(inside, Step::busy);
}

TEST(WriteStep, CallsTheHelperThatFoundItBusy) {
  SteppedFile f;
  f.disk.on_write = [&](int call) {
    if (call == 1) {
      EXPECT_EQ(f.file->drain().work(UINT64_MAX), Step::busy);
    }
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.file->drain().write_step(), Step::progressed);
  EXPECT_EQ(f.scheduler.requests, 1);
}

// Nothing more was pending when the slow write began.
TEST(WriteStep, HighWaterIsWhatPilesUpDuringAWrite) {
  SteppedFile f;
  f.disk.on_write = [&](int call) {
    if (call == 1) {
      EXPECT_TRUE(f.write(std::string(1000, 'b')));
    }
    return std::error_code{};
  };
  ASSERT_TRUE(f.write("abc"));
  f.drain();
  EXPECT_EQ(f.file->statistics().drain.high_water, 1003u);
  EXPECT_EQ(f.file->drain().take_high_water(), 1003u);
}

}  // namespace
}  // namespace ringproc::core
