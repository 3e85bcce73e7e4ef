// The replay of a log of writes, from a file as the kernel would have written it.
#include "powercut/write_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using Log = powercut::WriteLog;
constexpr std::uint64_t kSector = 512;

class Replay : public testing::Test {
 protected:
  Replay() {
    std::string log = testing::TempDir() + "powercut-log-XXXXXX";
    std::string disk = testing::TempDir() + "powercut-disk-XXXXXX";
    ::close(::mkstemp(log.data()));
    log_ = log;
    disk_ = ::mkstemp(disk.data());
    ::unlink(disk.c_str());
  }
  ~Replay() override {
    ::unlink(log_.c_str());
    ::close(disk_);
  }

  void entry(std::uint64_t sector, std::uint64_t sectors, std::uint64_t flags, char fill,
             const std::string& mark = {}) {
    const std::array<std::uint64_t, 4> header{sector, sectors, flags, mark.size()};
    std::string block(kSector, '\0');
    std::memcpy(block.data(), header.data(), sizeof header);
    block.replace(sizeof header, mark.size(), mark);
    bytes_ += block + std::string((flags & Log::kDiscard) ? 0 : sectors * kSector, fill);
    ++entries_;
  }
  Log finish() {
    const std::array<std::uint64_t, 4> super{0x6a736677736872, 1, entries_, kSector};
    std::string block(kSector, '\0');
    std::memcpy(block.data(), super.data(), sizeof super);
    const int fd = ::open(log_.c_str(), O_WRONLY | O_CLOEXEC);
    const std::string all = block + bytes_;
    EXPECT_EQ(::write(fd, all.data(), all.size()), static_cast<ssize_t>(all.size()));
    ::close(fd);
    return Log(log_);
  }
  char at(std::uint64_t sector) const {
    char byte = '-';
    return ::pread(disk_, &byte, 1, static_cast<off_t>(sector * kSector)) == 1 ? byte : '-';
  }

  std::string log_;
  std::string bytes_;
  std::uint64_t entries_ = 0;
  int disk_ = -1;
};

TEST_F(Replay, WritesInOrderAndReadsMarks) {
  entry(0, 2, 0, 'a');
  entry(0, 0, Log::kMark, ' ', "returned-1-2");
  entry(4, 8, Log::kDiscard, ' ');
  entry(1, 1, 0, 'b');
  const Log log = finish();
  ASSERT_EQ(log.entries().size(), 4U);
  EXPECT_EQ(log.entries()[1].mark, "returned-1-2");
  log.apply(disk_, 0, 4);
  EXPECT_EQ(at(0), 'a');
  EXPECT_EQ(at(1), 'b');
  EXPECT_EQ(at(4), '-');
}

TEST_F(Replay, KnowsWhatAFlushHasCovered) {
  entry(0, 1, 0, 'a');
  entry(0, 0, Log::kFlush, ' ');
  entry(1, 1, 0, 'b');
  entry(2, 1, Log::kFua, 'c');
  const Log log = finish();
  EXPECT_EQ(log.durable_before(0), 0U);
  EXPECT_EQ(log.durable_before(1), 0U);
  EXPECT_EQ(log.durable_before(2), 2U);
  EXPECT_EQ(log.durable_before(4), 2U);
}

TEST_F(Replay, LosesOnlyWhatNoFlushHasCovered) {
  entry(0, 1, 0, 'a');
  entry(0, 0, Log::kFlush, ' ');
  entry(1, 1, 0, 'b');
  entry(2, 1, Log::kFua, 'c');
  const Log log = finish();
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    model::Random random(seed);
    EXPECT_EQ(::ftruncate(disk_, 0), 0);
    lost += log.apply_some(disk_, 4, random);
    EXPECT_NE(at(0), 'a');  // covered: not this function's
    EXPECT_EQ(at(2), 'c');
  }
  EXPECT_GT(lost, 10U);
  EXPECT_LT(lost, 64U);
}

}  // namespace
