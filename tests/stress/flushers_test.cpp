// Flushes from many threads: each returns only after everything accepted before it is durable.
#include "stress/stress.hpp"

namespace {

using stress::Crew;
using stress::kCreate;
using stress::kReadWrite;
using stress::kScale;

// flush() beside a writer: durable has reached what was accepted when the flush was called.
TEST(Flushers, AFlushReturnsOnlyWhenWhatWasAcceptedBeforeIsDurable) {
  const stress::Directory directory;
  const auto path = directory.file("flushed");
  auto file = stress::open(path, kCreate, 65536);
  constexpr int kFlushes = 120 / kScale;
  std::atomic<int> flushers{4};
  Crew crew;
  crew.add([&] {
    stress::Words words(100);
    for (std::uint64_t done = 0; flushers.load() > 0; done += 100) {
      ASSERT_FALSE(file.write(words.fill(done, 100)).error);
    }
  });
  for (int flusher = 0; flusher < 4; ++flusher) {
    crew.add([&] {
      for (int i = 0; i < kFlushes; ++i) {
        const auto before = file.stats().accepted;
        EXPECT_FALSE(file.flush());
        EXPECT_GE(file.stats().durable, before);
      }
      --flushers;
    });
  }
  crew.run();
  EXPECT_FALSE(file.close());
  const auto words = stress::words_on_disk(path);
  EXPECT_EQ(stress::words_right(words, 0), words.size());
}

// Callers of write_flush on one file, a handle and a region each; what one wrote is in the file
// for an independent descriptor when its call returns.
void write_flush_callers(std::size_t callers) {
  const stress::Directory directory;
  const auto path = directory.file("callers");
  auto owner = stress::open(path, kCreate, 65536);
  const std::uint64_t rounds = std::max<std::uint64_t>(4, 600 / callers / kScale);
  constexpr std::size_t kBlock = 33;
  Crew crew;
  for (std::size_t caller = 0; caller < callers; ++caller) {
    crew.add([&, caller] {
      auto file = stress::open(path, kReadWrite, 65536);
      std::error_code error;
      file.seek(static_cast<std::int64_t>(caller * rounds * kBlock * 8), ringproc::Origin::begin,
                error);
      stress::Words words(kBlock);
      for (std::uint64_t i = 0; i < rounds; ++i) {
        const auto first = (caller * rounds + i) * kBlock;
        const auto result = file.write_flush(words.fill(first, kBlock));
        ASSERT_EQ(result.bytes, kBlock * 8) << result.error.message();
        std::ifstream in(path, std::ios::binary);
        in.seekg(static_cast<std::streamoff>(first * 8));
        std::uint64_t got = 0;
        in.read(reinterpret_cast<char*>(&got), sizeof got);
        ASSERT_EQ(got, stress::word(first)) << "flushed, not in the file";
      }
      EXPECT_FALSE(file.close());
    });
  }
  crew.run();
  const auto stats = owner.stats();
  EXPECT_EQ(stats.durable, stats.accepted);
  EXPECT_EQ(stats.accepted, callers * rounds * kBlock * 8);
  EXPECT_FALSE(owner.close());
  const auto words = stress::words_on_disk(path);
  EXPECT_EQ(words.size(), callers * rounds * kBlock);
  EXPECT_EQ(stress::words_right(words, 0), words.size());
}

TEST(Flushers, OneCallerOfWriteFlushFindsItsBytesInTheFile) { write_flush_callers(1); }
TEST(Flushers, TwoCallersOfWriteFlushFindTheirBytesInTheFile) { write_flush_callers(2); }
TEST(Flushers, SixteenCallersOfWriteFlushFindTheirBytesInTheFile) { write_flush_callers(16); }
TEST(Flushers, SixtyFourCallersOfWriteFlushFindTheirBytesInTheFile) { write_flush_callers(64); }

// Many callers of write_flush on one handle: nothing is lost, nothing written twice.
TEST(Flushers, ManyThreadsMayWriteFlushOnOneHandle) {
  const stress::Directory directory;
  const auto path = directory.file("one-handle");
  auto file = stress::open(path, kCreate, 8192);
  constexpr std::uint64_t kThreads = 8;
  constexpr std::uint64_t kRounds = 160 / kScale;
  Crew crew;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    crew.add([&, thread] {
      for (std::uint64_t i = 0; i < kRounds; ++i) {
        const std::uint64_t value = thread * kRounds + i;
        ASSERT_EQ(file.write_flush(std::as_bytes(std::span(&value, 1))).bytes, sizeof value);
      }
    });
  }
  crew.run();
  EXPECT_FALSE(file.close());
  auto words = stress::words_on_disk(path);
  std::sort(words.begin(), words.end());
  ASSERT_EQ(words.size(), kThreads * kRounds);
  for (std::uint64_t i = 0; i < words.size(); ++i) ASSERT_EQ(words[i], i);
}

// Patches are covered by a flush that begins after them, whoever flushes.
TEST(Flushers, AFlushCoversPatchesAcceptedBeforeIt) {
  const stress::Directory directory;
  const auto path = directory.file("patches");
  auto file = stress::open(path, kCreate, 8192);
  constexpr std::uint64_t kThreads = 4;
  std::vector<std::uint64_t> zero(kThreads + 1);
  ASSERT_FALSE(file.write(std::as_bytes(std::span(zero))).error);
  Crew crew;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    crew.add([&, thread] {
      for (std::uint64_t version = 1; version <= 240 / kScale; ++version) {
        ASSERT_FALSE(file.write_at(std::as_bytes(std::span(&version, 1)), thread * 8).error);
        ASSERT_FALSE(file.flush());
        ASSERT_EQ(stress::words_on_disk(path).at(thread), version);
      }
    });
  }
  crew.run();
  EXPECT_FALSE(file.close());
}

}  // namespace
