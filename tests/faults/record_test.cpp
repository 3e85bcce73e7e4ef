// `ringproc record` onto a bad disk: what it says, how it ends, and what is in the file.
#include <nlohmann/json.hpp>

#include "faults/child.hpp"
#include "faults/support.hpp"

namespace {

constexpr std::size_t kHeader = 4096;

class RecordToABadDisk : public faults::OnABadDisk {
 protected:
  // Returns: the exit status.
  int record() {
    faults::Child child(
        {"record", "-o",        path(),   "--source", "counter", "-c",
         "2",      "-r",        "48000",  "-f",       "s16",     "-n",
         "500000", "--unpaced", "--sync", "0.01",     "--json",  disk_->root() + "/summary.json",
         "-q",     "-y"},
        FAULTS_RINGPROC);
    said_ = child.all_errors();
    const int status = child.wait();
    summary_ = nlohmann::json::parse(faults::on_disk(disk_->root() + "/summary.json"));
    return status;
  }
  int verify() {
    faults::Child child({"verify", path(), "--summary", disk_->root() + "/summary.json"},
                        FAULTS_RINGPROC);
    const std::string errors = child.all_errors();
    const int status = child.wait();
    if (status != 0) ADD_FAILURE() << errors;
    return status;
  }
  [[nodiscard]] std::string failure() const { return summary_.value("failure", ""); }

  std::string said_;
  nlohmann::json summary_;
};

TEST_F(RecordToABadDisk, NamesAWriteErrorAndItsPlace) {
  disk_->fault("write 8 0 EIO");
  EXPECT_EQ(record(), 6) << said_;
  EXPECT_EQ(summary_["exit_reason"], "io_error");
  EXPECT_TRUE(failure().starts_with("writing at byte ")) << failure();
  EXPECT_NE(failure().find(std::strerror(EIO)), std::string::npos) << failure();
  EXPECT_NE(said_.find(failure()), std::string::npos) << said_;
  EXPECT_LT(summary_["frames_durable"], 500'000);
}

TEST_F(RecordToABadDisk, NamesAFullDiskAndLeavesAValidFile) {
  disk_->fault("write 8 1 limit 1000");
  disk_->fault("write 8 0 full");
  EXPECT_EQ(record(), 5) << said_;
  EXPECT_EQ(summary_["exit_reason"], "disk_full");
  EXPECT_NE(failure().find(std::strerror(ENOSPC)), std::string::npos) << failure();
  disk_->clear();
  EXPECT_EQ(verify(), 0);
}

// Of a header as any reader takes it: bytes of samples it claims.
std::uint32_t claimed_bytes(const std::string& file) {
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, file.data() + at, sizeof value);
    return value;
  };
  EXPECT_GE(file.size(), kHeader);
  if (file.size() < kHeader) return 0;
  EXPECT_EQ(file.substr(0, 4) + file.substr(8, 8), "RIFFWAVEJUNK");
  EXPECT_EQ(file.substr(kHeader - 8, 4), "data");
  EXPECT_LE(number(4) + 8, file.size()) << "of RIFF";
  return number(kHeader - 4);
}

// Whatever survives of what was not durable: the file is there once its name is, it opens, and what
// the header claims is there and right. Seeds are moments, too.
TEST_F(RecordToABadDisk, LeavesATrueHeaderWheneverThePowerIsCut) {
  const std::string reference_path = disk_->root() + "/reference.wav";
  const auto command = [](const std::string& path, std::vector<std::string> more) {
    std::vector<std::string> words = {"record", "-o", path, "--source", "counter", "-q",
                                      "-c",     "2",  "-r", "48000",    "-f",      "s16"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  faults::Child maker(command(reference_path, {"-n", "2000000", "--unpaced"}), FAULTS_RINGPROC);
  ASSERT_EQ(maker.wait(), 0);
  const std::string reference = faults::on_disk(reference_path);

  faults::Child recording(command(path(), {"-d", "40", "--sync", "0.004"}), FAULTS_RINGPROC);
  std::uint32_t last = 0;
  std::uint32_t cuts_with_samples = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    // Inside a sync, of samples and of headers in turns: what it is to make durable is not yet.
    disk_->fault("fsync 1 1 hang");
    ASSERT_EQ(disk_->hanging(1), 1U);
    const bool all_lost = seed % 5 == 0;
    const auto left = after_a_cut(all_lost ? "none" : "some", seed);
    disk_->release();
    if (!left) {
      EXPECT_EQ(last, 0U) << "the name was there before";
      continue;
    }
    const std::uint32_t claimed = claimed_bytes(*left);
    EXPECT_GE(claimed, last) << "what was durable before, seed " << seed;
    ASSERT_LE(kHeader + claimed, left->size()) << "seed " << seed;
    EXPECT_EQ(
        faults::difference(left->substr(kHeader, claimed), reference.substr(kHeader, claimed)), "")
        << "seed " << seed;
    cuts_with_samples += claimed > 0 ? 1 : 0;
    if (all_lost) last = claimed;  // what others claim may have been lucky
  }
  EXPECT_GE(cuts_with_samples, 30U);
  EXPECT_GT(last, 0U) << "the header follows";
  recording.signal(SIGTERM);
  EXPECT_EQ(recording.wait(), 0);
}

// A name with nothing behind it helps nobody.
TEST_F(RecordToABadDisk, LeavesNoFileWhoseHeaderCannotBeMadeDurable) {
  disk_->fault("fsync 1 1 EIO");
  EXPECT_EQ(record(), 6) << said_;
  EXPECT_TRUE(failure().starts_with("syncing at byte ")) << failure();
  disk_->clear();
  EXPECT_TRUE(std::filesystem::is_empty(disk_->path()));
}

// The second sync of the directory is that of the name.
TEST_F(RecordToABadDisk, NamesANameThatCannotBeMadeDurable) {
  disk_->fault("fsyncdir 2 1 EIO");
  EXPECT_EQ(record(), 6) << said_;
  EXPECT_TRUE(failure().starts_with("syncing at byte ")) << failure();
  EXPECT_EQ(said_.find("exists already"), std::string::npos) << said_;
}

// What the summary calls durable is what was so before.
TEST_F(RecordToABadDisk, NamesASyncErrorAndClaimsNothingMore) {
  disk_->fault("fsync 4 1 EIO");
  EXPECT_EQ(record(), 6) << said_;
  EXPECT_EQ(summary_["exit_reason"], "io_error");
  EXPECT_TRUE(failure().starts_with("syncing at byte ")) << failure();
  EXPECT_LE(disk_->count("fsync"), 5U) << "the last is the program's own, of the mended header";
  const auto durable = static_cast<std::size_t>(summary_["frames_durable"]) * 4;
  const std::string left = after_a_cut("none").value();
  const std::string all = faults::on_disk(path());
  ASSERT_LT(durable, left.size());
  EXPECT_EQ(faults::difference(left.substr(kHeader, durable), all.substr(kHeader, durable)), "");
}

TEST_F(RecordToABadDisk, DoesNotMindInterruptedAndShortCalls) {
  for (int n = 1; n < 200; n += 3) {
    disk_->fault("write " + std::to_string(n) + " 1 EINTR");
    disk_->fault("write " + std::to_string(n) + " 1 limit 1000");
    disk_->fault("fsync " + std::to_string(n) + " 1 EINTR");
  }
  EXPECT_EQ(record(), 0) << said_;
  disk_->clear();
  EXPECT_EQ(verify(), 0);
  EXPECT_EQ(after_a_cut("none"), faults::on_disk(path())) << "complete and durable";
}

}  // namespace
