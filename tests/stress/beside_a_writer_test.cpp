// Readers, patchers, a second writer and pollers of statistics beside one writer.
#include "stress/stress.hpp"

namespace {

using stress::Crew;
using stress::kCreate;
using stress::kReadWrite;
using stress::kScale;

constexpr std::uint64_t kWords = 4 * 1024 * 1024 / 8 / kScale * 2;

// Writes words [first, first + kWords) in blocks of uneven size and tells how many are accepted.
void append(ringproc::File& file, std::uint64_t first, std::uint64_t count,
            std::atomic<std::uint64_t>& accepted) {
  stress::Words words(700);
  std::uint64_t done = 0;
  while (done < count) {
    const auto block = std::min<std::uint64_t>(1 + (done * 7) % 700, count - done);
    const auto result = file.write(words.fill(first + done, block));
    if (result.error || result.bytes != block * 8) {
      ADD_FAILURE() << "write: " << result.error.message();
      break;
    }
    done += block;
    accepted.store(done, std::memory_order_release);
  }
  accepted.store(count, std::memory_order_release);
}

// Reads at places chosen by `seed` below what is accepted, until everything is.
void read_behind(ringproc::File file, std::uint64_t seed, std::uint64_t count,
                 const std::atomic<std::uint64_t>& accepted) {
  std::vector<std::uint64_t> got(512);
  for (std::uint64_t round = 0, known = 0; known < count; ++round) {
    known = accepted.load(std::memory_order_acquire);
    if (known == 0) continue;
    const bool near_end = round % 2 == 0;
    const auto back =
        stress::word(round, seed) % (near_end ? std::min<std::uint64_t>(known, 2000) : known);
    const auto at = known - 1 - back;
    const auto wanted = std::min<std::uint64_t>(got.size(), known - at);
    std::error_code error;
    file.seek(static_cast<std::int64_t>(at * 8), ringproc::Origin::begin, error);
    const auto to = std::span(got).first(wanted);
    const auto result = file.read(std::as_writable_bytes(to));
    ASSERT_FALSE(error || result.error) << result.error.message();
    ASSERT_EQ(result.bytes, wanted * 8) << "at word " << at << " of " << known << " accepted";
    const auto right = stress::words_right(to, at);
    ASSERT_EQ(right, wanted) << "word " << at + right << " is wrong, " << known << " accepted";
  }
}

void readers_beside_a_writer(std::uint64_t ring) {
  const stress::Directory directory;
  const auto path = directory.file("read");
  auto writer = stress::open(path, kCreate, ring);
  std::atomic<std::uint64_t> accepted{0};
  Crew crew;
  crew.add([&] { append(writer, 0, kWords, accepted); });
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    crew.add([&, seed] {
      read_behind(stress::open(path, ringproc::Mode::read, ring), seed, kWords, accepted);
    });
  }
  crew.run();
  EXPECT_FALSE(writer.close());
  const auto words = stress::words_on_disk(path);
  EXPECT_EQ(words.size(), kWords);
  EXPECT_EQ(stress::words_right(words, 0), kWords);
}

TEST(BesideAWriter, ReadersSeeEverythingAcceptedBeforeInATinyRing) {
  readers_beside_a_writer(4096);
}

TEST(BesideAWriter, ReadersSeeEverythingAcceptedBeforeInASmallRing) {
  readers_beside_a_writer(65536);
}

TEST(BesideAWriter, ReadersSeeEverythingAcceptedBeforeInTheDefaultRing) {
  readers_beside_a_writer(0);
}

// A reader of one word that is rewritten all the time never sees an older version than the one
// accepted before its read began.
TEST(BesideAWriter, ReadersNeverSeeAnOlderVersionThanAccepted) {
  const stress::Directory directory;
  const auto path = directory.file("versions");
  auto writer = stress::open(path, kCreate, 8192);
  constexpr std::uint64_t kVersions = 60'000 / kScale;
  std::atomic<std::uint64_t> accepted{0};
  Crew crew;
  crew.add([&] {
    for (std::uint64_t version = 1; version <= kVersions; ++version) {
      std::error_code error;
      writer.seek(0, ringproc::Origin::begin, error);
      EXPECT_FALSE(writer.write(std::as_bytes(std::span(&version, 1))).error);
      accepted.store(version, std::memory_order_release);
    }
  });
  for (int reader = 0; reader < 2; ++reader) {
    crew.add([&] {
      auto file = stress::open(path, ringproc::Mode::read, 8192);
      for (std::uint64_t known = 0; known < kVersions;) {
        known = accepted.load(std::memory_order_acquire);
        std::uint64_t got = 0;
        std::error_code error;
        file.seek(0, ringproc::Origin::begin, error);
        const auto result = file.read(std::as_writable_bytes(std::span(&got, 1)));
        ASSERT_FALSE(result.error) << result.error.message();
        ASSERT_GE(got, known);
        ASSERT_LE(got, kVersions);
      }
    });
  }
  crew.run();
  EXPECT_FALSE(writer.close());
  EXPECT_EQ(stress::words_on_disk(path), std::vector<std::uint64_t>{kVersions});
}

// Each patcher owns a header area; its last patch is in the file, and no patch is torn.
TEST(BesideAWriter, TheLastPatchOfEachPatcherWins) {
  const stress::Directory directory;
  const auto path = directory.file("patched");
  auto writer = stress::open(path, kCreate, 16384);
  constexpr std::uint64_t kArea = 16;  // words per patcher
  constexpr std::uint64_t kPatchers = 3;
  constexpr std::uint64_t kVersions = 8000 / kScale;
  stress::Words header(kArea * kPatchers);
  ASSERT_FALSE(writer.write(header.fill(0, kArea * kPatchers)).error);
  std::atomic<std::uint64_t> accepted{0};
  Crew crew;
  crew.add([&] { append(writer, kArea * kPatchers, kWords / 4, accepted); });
  for (std::uint64_t patcher = 0; patcher < kPatchers; ++patcher) {
    crew.add([&, patcher] {
      stress::Words area(kArea);
      for (std::uint64_t version = 1; version <= kVersions; ++version) {
        const auto data = area.fill(patcher * kArea, kArea, version);
        const auto result = writer.write_at(data, patcher * kArea * 8);
        ASSERT_FALSE(result.error) << result.error.message();
      }
    });
  }
  crew.run();
  EXPECT_FALSE(writer.close());
  const auto words = stress::words_on_disk(path);
  const auto got = std::span(words);
  ASSERT_EQ(words.size(), kArea * kPatchers + kWords / 4);
  EXPECT_EQ(stress::words_right(got.first(kArea * kPatchers), 0, kVersions), kArea * kPatchers);
  EXPECT_EQ(stress::words_right(got.subspan(kArea * kPatchers), kArea * kPatchers), kWords / 4);
}

// A reader sees each patch that was accepted before its read began, whole.
// A read beside a patch may see part of it: the disk's own reads and writes are not atomic either.
TEST(BesideAWriter, ReadersSeePatchesNotOlderThanAccepted) {
  const stress::Directory directory;
  const auto path = directory.file("patched");
  auto writer = stress::open(path, kCreate, 16384);
  constexpr std::uint64_t kArea = 100;
  constexpr std::uint64_t kVersions = 20'000 / kScale;
  std::vector<std::uint64_t> zero(kArea);
  ASSERT_FALSE(writer.write(std::as_bytes(std::span(zero))).error);
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> appended{0};
  Crew crew;
  crew.add([&] { append(writer, kArea, kWords / 8, appended); });
  crew.add([&] {
    std::vector<std::uint64_t> area(kArea);
    for (std::uint64_t version = 1; version <= kVersions; ++version) {
      std::fill(area.begin(), area.end(), version);
      ASSERT_FALSE(writer.write_at(std::as_bytes(std::span(area)), 0).error);
      accepted.store(version, std::memory_order_release);
    }
  });
  crew.add([&] {
    auto file = stress::open(path, ringproc::Mode::read, 16384);
    std::vector<std::uint64_t> got(kArea);
    for (std::uint64_t known = 0; known < kVersions;) {
      known = accepted.load(std::memory_order_acquire);
      std::error_code error;
      file.seek(0, ringproc::Origin::begin, error);
      ASSERT_EQ(file.read(std::as_writable_bytes(std::span(got))).bytes, kArea * 8);
      ASSERT_GE(*std::min_element(got.begin(), got.end()), known);
    }
  });
  crew.run();
  EXPECT_FALSE(writer.close());
}

// Two handles write regions of their own; both are whole in the end.
TEST(BesideAWriter, ASecondWriterOnAnotherRegionDisturbsNothing) {
  const stress::Directory directory;
  const auto path = directory.file("two");
  auto one = stress::open(path, kCreate, 16384);
  auto two = stress::open(path, kReadWrite, 16384);
  constexpr std::uint64_t kEach = kWords / 2;
  std::error_code error;
  two.seek(kEach * 8, ringproc::Origin::begin, error);
  std::atomic<std::uint64_t> accepted_one{0};
  std::atomic<std::uint64_t> accepted_two{0};
  Crew crew;
  crew.add([&] { append(one, 0, kEach, accepted_one); });
  crew.add([&] { append(two, kEach, kEach, accepted_two); });
  crew.add([&] {
    read_behind(stress::open(path, ringproc::Mode::read, 16384), 5, kEach, accepted_one);
  });
  crew.run();
  EXPECT_FALSE(one.close());
  EXPECT_FALSE(two.close());
  const auto words = stress::words_on_disk(path);
  ASSERT_EQ(words.size(), 2 * kEach);
  EXPECT_EQ(stress::words_right(words, 0), 2 * kEach);
}

// One handle shared by two writing threads: every write is whole, in some order.
TEST(BesideAWriter, TwoThreadsOnOneHandleWriteWholeRecords) {
  const stress::Directory directory;
  const auto path = directory.file("shared");
  auto file = stress::open(path, kCreate, 8192);
  constexpr std::uint64_t kRecords = 20'000 / kScale;
  constexpr std::size_t kRecord = 5;
  Crew crew;
  for (std::uint64_t thread = 1; thread <= 2; ++thread) {
    crew.add([&, thread] {
      for (std::uint64_t i = 0; i < kRecords; ++i) {
        const std::vector<std::uint64_t> record(kRecord, thread << 32 | i);
        ASSERT_EQ(file.write(std::as_bytes(std::span(record))).bytes, kRecord * 8);
      }
    });
  }
  crew.run();
  EXPECT_FALSE(file.close());
  const auto words = stress::words_on_disk(path);
  ASSERT_EQ(words.size(), 2 * kRecords * kRecord);
  std::uint64_t next[3] = {0, 0, 0};
  for (std::size_t i = 0; i < words.size(); i += kRecord) {
    const auto thread = words[i] >> 32;
    ASSERT_TRUE(thread == 1 || thread == 2) << "record " << i / kRecord;
    ASSERT_EQ(words[i] & 0xffffffff, next[thread]++);
    ASSERT_EQ(std::count(words.begin() + static_cast<std::ptrdiff_t>(i),
                         words.begin() + static_cast<std::ptrdiff_t>(i + kRecord), words[i]),
              static_cast<std::ptrdiff_t>(kRecord));
  }
}

// Watermarks seen from outside only grow, and none passes the one before it.
TEST(BesideAWriter, WatermarksOnlyGrowInOrder) {
  const stress::Directory directory;
  auto file = stress::open(directory.file("polled"), kCreate, 16384);
  std::atomic<std::uint64_t> accepted{0};
  Crew crew;
  crew.add([&] { append(file, 0, kWords, accepted); });
  crew.add([&] {
    while (accepted.load() < kWords) ASSERT_FALSE(file.flush());
  });
  for (int poller = 0; poller < 2; ++poller) {
    crew.add([&] {
      auto before = file.stats();
      while (accepted.load() < kWords) {
        const auto told = accepted.load() * 8;
        const auto now = file.stats();
        ASSERT_GE(now.accepted, told);
        ASSERT_GE(now.accepted, before.accepted);
        ASSERT_GE(now.written, before.written);
        ASSERT_GE(now.durable, before.durable);
        ASSERT_LE(before.durable, now.written);
        ASSERT_LE(before.written, now.accepted);
        ASSERT_GE(now.logical_size, told);
        before = now;
      }
    });
  }
  crew.run();
  EXPECT_FALSE(file.close());
}

}  // namespace
