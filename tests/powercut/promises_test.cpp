// The judge is shown what a power cut must not leave, and what it may.
#include "powercut/promises.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

using powercut::Kind;
using powercut::Op;

constexpr std::uint64_t kSeed = 7;
// Flushed at 2, renamed at 4; then a patch and an append that nobody waited for.
const std::vector<Op> kScript{{Kind::open, 0, 0, 0},
                              {Kind::write, 0, 0, 5000},
                              {Kind::write_flush, 0, 6000, 1000},  // [5000, 6000) is a gap
                              {Kind::flush, 0, 0, 0},
                              {Kind::rename, 0, 0, 0},
                              {Kind::write, 0, 100, 50},
                              {Kind::write, 0, 7000, 500}};

class Promises : public testing::Test {
 protected:
  Promises() {
    std::string pattern = testing::TempDir() + "powercut-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    for (const auto name : powercut::kDirectories) {
      std::filesystem::create_directory(directory_ + "/" + std::string(name));
    }
    for (const std::size_t i : {1U, 2U}) apply(i, bytes_);
  }
  ~Promises() override { std::filesystem::remove_all(directory_); }

  static void apply(std::size_t i, std::string& bytes) {
    const Op& op = kScript[i];
    bytes.resize(std::max<std::size_t>(bytes.size(), op.offset + op.size));
    for (std::uint32_t at = op.offset; at < op.offset + op.size; ++at) {
      bytes[at] = static_cast<char>(powercut::byte_of(kSeed, 0, i, at));
    }
  }
  void put(unsigned renames) const {
    std::ofstream(directory_ + "/" + powercut::name_of(kSeed, 0, renames)) << bytes_;
  }
  std::size_t broken() const {
    const auto all = powercut::broken_promises(directory_, kSeed, kScript, progress_, expected_);
    for (const std::string& what : all) RecordProperty("broken", what);
    return all.size();
  }

  std::string directory_;
  std::string bytes_;  // as durable
  powercut::Progress progress_{{2, 3, 4}, 7};
  powercut::Expectations expected_;
};

TEST_F(Promises, AreKeptByExactlyWhatWasFlushed) {
  put(1);
  EXPECT_EQ(broken(), 0U);
}

TEST_F(Promises, AreKeptByAnyPartOfWhatCameLater) {
  std::string later = bytes_;
  apply(5, later);
  bytes_.replace(120, 10, later, 120, 10);
  apply(6, bytes_);
  bytes_.replace(7100, 100, 100, '\0');
  put(1);
  EXPECT_EQ(broken(), 0U);
}

TEST_F(Promises, AreBrokenByAFileThatIsGone) { EXPECT_EQ(broken(), 1U); }

TEST_F(Promises, MayBeOfAFileThatIsNotThereBeforeItsFirstFlush) {
  progress_ = {{}, 2};
  EXPECT_EQ(broken(), 0U);
}

TEST_F(Promises, AreBrokenByAMissingEnd) {
  bytes_.resize(6999);
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, AreBrokenByOneLostByte) {
  bytes_[4999] = '\0';
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, AreBrokenByAForeignByteInAGap) {
  bytes_[5500] = 'x';
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, AreBrokenByAForeignByteAfterTheEnd) {
  progress_.begun = 5;
  bytes_ += '\0';
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, MayBeOfAFileThatEndsInZerosIfSpaceIsWrittenAhead) {
  progress_.begun = 5;
  expected_.zeros_ahead = true;
  bytes_.append(100, '\0');
  put(1);
  EXPECT_EQ(broken(), 0U);
  bytes_ += 'x';
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, AreBrokenByAWriteOfTheFuture) {
  progress_.begun = 5;
  apply(5, bytes_);
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, AreBrokenByTheOldNameAfterARename) {
  put(0);
  EXPECT_GE(broken(), 1U);
}

TEST_F(Promises, MayBeOfEitherNameWhileTheRenameHasNotReturned) {
  progress_.returned.erase(4);
  put(0);
  EXPECT_EQ(broken(), 0U);
}

TEST_F(Promises, AreBrokenByTwoNames) {
  progress_.returned.erase(4);
  put(0);
  put(1);
  EXPECT_EQ(broken(), 1U);
}

TEST_F(Promises, AreBrokenByANameThatNobodyGave) {
  put(1);
  std::ofstream(directory_ + "/b/" + std::to_string(kSeed) + "-9-0");
  EXPECT_EQ(broken(), 1U);
}

}  // namespace
