// Many files at once, and opening and closing of one file from several threads.
#include "stress/stress.hpp"

namespace {

using stress::Crew;
using stress::kCreate;
using stress::kReadWrite;
using stress::kScale;

TEST(Opening, TwoHundredFiftySixFilesAtOnceAreAllWhole) {
  const stress::Directory directory;
  constexpr std::size_t kFiles = 256;
  constexpr std::size_t kBlock = 64;
  constexpr std::uint64_t kRounds = 160 / kScale;
  std::vector<ringproc::File> files;
  for (std::size_t i = 0; i < kFiles; ++i) {
    files.push_back(stress::open(directory.file(std::to_string(i)), kCreate, 8192));
  }
  Crew crew;
  for (std::size_t half = 0; half < 2; ++half) {
    crew.add([&, half] {
      stress::Words words(kBlock);
      for (std::uint64_t round = 0; round < kRounds; ++round) {
        for (std::size_t i = half; i < kFiles; i += 2) {
          ASSERT_FALSE(files[i].write(words.fill(round * kBlock, kBlock, i)).error);
        }
      }
    });
  }
  crew.run();
  for (std::size_t i = 0; i < kFiles; ++i) {
    ASSERT_FALSE(files[i].close());
    const auto words = stress::words_on_disk(directory.file(std::to_string(i)));
    ASSERT_EQ(words.size(), kRounds * kBlock) << "file " << i;
    ASSERT_EQ(stress::words_right(words, 0, i), words.size()) << "file " << i;
  }
}

// Each thread opens the file, writes its own words, closes; the file comes and goes in the table.
TEST(Opening, ThreadsThatOpenAndCloseOneFileLoseNothing) {
  const stress::Directory directory;
  const auto path = directory.file("churn");
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kRounds = 600 / kScale;
  ASSERT_FALSE(stress::open(path, kCreate, 4096).close());
  Crew crew;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    crew.add([&, thread] {
      stress::Words words(3);
      for (std::uint64_t i = 0; i < kRounds; ++i) {
        auto file = stress::open(path, kReadWrite, 4096);
        const auto first = (thread * kRounds + i) * 3;
        std::error_code error;
        file.seek(static_cast<std::int64_t>(first * 8), ringproc::Origin::begin, error);
        ASSERT_EQ(file.write(words.fill(first, 3)).bytes, 24U);
        ASSERT_FALSE(file.close());
      }
    });
  }
  crew.run();
  const auto words = stress::words_on_disk(path);
  ASSERT_EQ(words.size(), kThreads * kRounds * 3);
  EXPECT_EQ(stress::words_right(words, 0), words.size());
}

// What a thread wrote and closed is there for its next handle, while others open and close too.
TEST(Opening, ANewHandleSeesWhatAClosedOneWrote) {
  const stress::Directory directory;
  const auto path = directory.file("seen");
  constexpr std::uint64_t kRounds = 400 / kScale;
  std::vector<std::uint64_t> zero(4);
  auto first = stress::open(path, kCreate, 4096);
  ASSERT_FALSE(first.write(std::as_bytes(std::span(zero))).error);
  ASSERT_FALSE(first.close());
  Crew crew;
  for (std::uint64_t thread = 0; thread < zero.size(); ++thread) {
    crew.add([&, thread] {
      for (std::uint64_t i = 1; i <= kRounds; ++i) {
        std::error_code error;
        auto writer = stress::open(path, kReadWrite, 4096);
        writer.seek(static_cast<std::int64_t>(thread * 8), ringproc::Origin::begin, error);
        ASSERT_FALSE(writer.write(std::as_bytes(std::span(&i, 1))).error);
        ASSERT_FALSE(writer.close());
        auto reader = stress::open(path, ringproc::Mode::read, 4096);
        reader.seek(static_cast<std::int64_t>(thread * 8), ringproc::Origin::begin, error);
        std::uint64_t got = 0;
        ASSERT_EQ(reader.read(std::as_writable_bytes(std::span(&got, 1))).bytes, 8U);
        ASSERT_EQ(got, i);
      }
    });
  }
  crew.run();
}

// A handle is closed while other threads write and flush on handles of their own.
TEST(Opening, ClosingAHandleDoesNotDisturbFlushesOnOthers) {
  const stress::Directory directory;
  const auto path = directory.file("close");
  auto keeper = stress::open(path, kCreate, 16384);
  constexpr std::uint64_t kRounds = 240 / kScale;
  Crew crew;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    crew.add([&, thread] {
      for (std::uint64_t i = 0; i < kRounds; ++i) {
        auto file = stress::open(path, kReadWrite, 16384);
        std::error_code error;
        const auto index = thread * kRounds + i;
        file.seek(static_cast<std::int64_t>(index * 8), ringproc::Origin::begin, error);
        const auto value = stress::word(index);
        ASSERT_FALSE(file.write(std::as_bytes(std::span(&value, 1))).error);
        if (thread % 2 == 0) {
          ASSERT_FALSE(file.flush());
        }
        ASSERT_FALSE(file.close());
      }
    });
  }
  for (int flusher = 0; flusher < 2; ++flusher) {
    crew.add([&] {
      for (std::uint64_t i = 0; i < kRounds; ++i) ASSERT_FALSE(keeper.flush());
    });
  }
  crew.run();
  EXPECT_FALSE(keeper.close());
  const auto words = stress::words_on_disk(path);
  EXPECT_EQ(words.size(), 4 * kRounds);
  EXPECT_EQ(stress::words_right(words, 0), words.size());
}

// Create on a file that others have open: it is cut, then has what was written after the cut.
TEST(Opening, CreateInTurnsWithWritersLeavesAWholeFile) {
  const stress::Directory directory;
  const auto path = directory.file("cut");
  auto keeper = stress::open(path, kCreate, 8192);
  Crew crew;
  for (std::uint64_t thread = 0; thread < 3; ++thread) {
    crew.add([&] {
      stress::Words words(200);
      for (std::uint64_t i = 0; i < 400 / kScale; ++i) {
        auto file = stress::open(path, kCreate, 8192);
        ASSERT_FALSE(file.write(words.fill(0, 200)).error);
        ASSERT_FALSE(file.close());
      }
    });
  }
  crew.run();
  EXPECT_FALSE(keeper.close());
  const auto words = stress::words_on_disk(path);
  ASSERT_EQ(words.size(), 200U);
  EXPECT_EQ(stress::words_right(words, 0), 200U);
}

}  // namespace
