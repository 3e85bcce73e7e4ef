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
  disk_->fault("write 3 0 EIO");
  EXPECT_EQ(record(), 6) << said_;
  EXPECT_EQ(summary_["exit_reason"], "io_error");
  EXPECT_TRUE(failure().starts_with("writing at byte ")) << failure();
  EXPECT_NE(failure().find(std::strerror(EIO)), std::string::npos) << failure();
  EXPECT_NE(said_.find(failure()), std::string::npos) << said_;
  EXPECT_LT(summary_["frames_durable"], 500'000);
}

TEST_F(RecordToABadDisk, NamesAFullDiskAndLeavesAValidFile) {
  disk_->fault("write 3 1 limit 1000");
  disk_->fault("write 3 0 full");
  EXPECT_EQ(record(), 5) << said_;
  EXPECT_EQ(summary_["exit_reason"], "disk_full");
  EXPECT_NE(failure().find(std::strerror(ENOSPC)), std::string::npos) << failure();
  disk_->clear();
  EXPECT_EQ(verify(), 0);
}

// What the summary calls durable is what was so before.
TEST_F(RecordToABadDisk, NamesASyncErrorAndClaimsNothingMore) {
  disk_->fault("fsync 2 1 EIO");
  EXPECT_EQ(record(), 6) << said_;
  EXPECT_EQ(summary_["exit_reason"], "io_error");
  EXPECT_TRUE(failure().starts_with("syncing at byte ")) << failure();
  EXPECT_LE(disk_->count("fsync"), 3U) << "the third is the program's own, of the mended header";
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
