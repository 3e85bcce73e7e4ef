#include "file/overlay.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

TEST(Gaps, AreWhatNoLayerCovers) {
  Gaps gaps({0, 100});
  gaps.cover({10, 20});
  gaps.cover({15, 30});
  gaps.cover({90, 200});
  gaps.cover({50, 50});
  std::string text;
  for (const Interval& gap : gaps.list()) {
    text += std::to_string(gap.begin) + "-" + std::to_string(gap.end) + " ";
  }
  EXPECT_EQ(text, "0-10 30-90 ");
}

TEST(Read, SeesPendingBytesWithoutTouchingTheDisk) {
  SteppedFile f;
  ASSERT_TRUE(f.write("hello"));
  f.disk.read_error = io_error();
  EXPECT_EQ(f.read(1, 3), "ell");
}

TEST(Read, NewestRunWinsOnOverlap) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaaaa"));
  ASSERT_TRUE(f.seek(1) && f.write("bbbb"));
  ASSERT_TRUE(f.seek(2) && f.write("cc"));
  EXPECT_EQ(f.read(0, 10), "abccba");
}

TEST(Read, LaysPendingBytesOverTheDisks) {
  SteppedFile f(SteppedFile::small_ring(), "0123456789");
  ASSERT_TRUE(f.seek(3) && f.write("ab"));
  ASSERT_TRUE(f.write_at("Z", 8));
  EXPECT_EQ(f.read(0, 20), "012ab567Z9");
}

TEST(Read, FillsHolesBelowTheLogicalSizeWithZeros) {
  SteppedFile f(SteppedFile::small_ring(), "01");
  ASSERT_TRUE(f.seek(6) && f.write("x"));
  EXPECT_EQ(f.read(0, 20), std::string("01\0\0\0\0x", 7));
}

TEST(Read, APatchStandsWhereItWasOrderedAmongRuns) {
  SteppedFile f;
  ASSERT_TRUE(f.write("aaaa"));
  ASSERT_TRUE(f.write_at("PP", 1));
  ASSERT_TRUE(f.seek(2) && f.write("b"));
  EXPECT_EQ(f.read(0, 4), "aPba");
  ASSERT_EQ(f.file->drain().write_step(), Step::progressed);
  EXPECT_EQ(f.read(0, 4), "aPba") << "with the first run on disk";
  ASSERT_EQ(f.file->drain().write_step(), Step::progressed);
  EXPECT_EQ(f.read(0, 4), "aPba") << "with the patch on disk";
  f.drain();
  EXPECT_EQ(f.read(0, 4), "aPba");
}

TEST(Read, IsTheSameAfterEveryStepOfTheDrain) {
  SteppedFile f(SteppedFile::small_ring(), std::string(64, '.'));
  std::string expected(64, '.');
  for (std::size_t i = 0; i < 20; ++i) {
    const std::size_t at = i * 7 % 50;
    const std::string text(1 + i % 9, static_cast<char>('a' + i));
    ASSERT_TRUE(i % 3 == 2 ? f.write_at(text, at) : f.seek(at) && f.write(text));
    expected.replace(at, text.size(), text);
  }
  do {
    ASSERT_EQ(f.read(0, 64), expected);
  } while (f.file->drain().write_step() == Step::progressed);
  EXPECT_EQ(f.disk.text(), expected);
}

TEST(Read, EndsAtTheLogicalSize) {
  SteppedFile f;
  ASSERT_TRUE(f.write("abc"));
  EXPECT_EQ(f.read(3, 5), "");
  EXPECT_EQ(f.read(100, 5), "");
  EXPECT_EQ(f.read(2, 5), "c");
}

TEST(Read, AnErrorOfTheDiskIsToldAndNotKept) {
  SteppedFile f(SteppedFile::small_ring(), "0123");
  f.disk.read_error = io_error();
  EXPECT_EQ(f.read(0, 4), "error: " + io_error().message());
  f.disk.read_error = {};
  EXPECT_EQ(f.read(0, 4), "0123");
}

TEST(Read, MoreReadersThanFloorsWaitAndAreServed) {
  SteppedFile f;
  ASSERT_TRUE(f.write(std::string(4000, 'r')));
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < 3 * ReadFloors::kReaders; ++i) {
    readers.emplace_back([&] {
      for (int k = 0; k < 50; ++k) EXPECT_EQ(f.read(0, 4000), std::string(4000, 'r'));
    });
  }
  for (auto& reader : readers) reader.join();
  ASSERT_TRUE(f.seek(0));
  f.drain();
  EXPECT_TRUE(f.write(std::string(4096, 'w'))) << "all floors are gone";
}

}  // namespace
}  // namespace ringproc::core
