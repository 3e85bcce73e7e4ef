// Contract 6 and 8 at renaming, removing and making temporary files: each error names itself, and
// what could not be done has not been done, neither on the disk nor in what the library believes: a
// file that is open is written, flushed and closed under the name it has.
#include <filesystem>
#include <iterator>

#include "faults/support.hpp"

namespace {

using faults::Mmio;
using faults::text_of;

struct Named {
  const char* name;
  UINT code;
};
void PrintTo(const Named& error, std::ostream* to) { *to << error.name; }

constexpr Named kErrors[] = {
    {"EDQUOT", MMIOERR_CANNOTEXPAND}, {"EROFS", MMIOERR_ACCESSDENIED}, {"EIO", MMIOERR_CANNOTOPEN}};

class NameOnABadDisk : public faults::OnABadDisk, public testing::WithParamInterface<Named> {
 protected:
  void SetUp() override {
    OnABadDisk::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // Another directory, so that it is seen which of them is synced.
    std::filesystem::create_directory(disk_->file("sub"));
    disk_->sync();
  }
  UINT rename() {
    MMIOINFO info{};
    info.pIOProc = ringproc_ioproc;
    std::string from = path();
    std::string to = other();
    return mmioRename(from.data(), to.data(), &info, 0);
  }
  UINT open(std::string name, DWORD flags) {
    MMIOINFO info{};
    info.pIOProc = ringproc_ioproc;
    name.resize(128);  // what the procedure may write to
    mmioOpen(name.data(), &info, flags);
    return info.wErrorRet;
  }
  void fail(const std::string& call, const std::string& count = "1") {
    disk_->fault(call + " 1 " + count + " " + GetParam().name);
  }
  void make_durable(const std::string& text) {
    Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
    ASSERT_EQ(file.write_flush(text), static_cast<LRESULT>(text.size()));
    ASSERT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
  }
  [[nodiscard]] std::string other() const { return disk_->file(kOther); }
  static constexpr const char* kOther = "sub/renamed";
  // But for the other directory.
  [[nodiscard]] bool is_empty() const {
    const std::filesystem::directory_iterator all(disk_->path());
    return std::distance(begin(all), end(all)) == 1;
  }
  [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(name); }
};

INSTANTIATE_TEST_SUITE_P(Errno, NameOnABadDisk, testing::ValuesIn(kErrors),
                         [](const auto& error) { return std::string(error.param.name); });

TEST_P(NameOnABadDisk, OfAClosedFileIsAsItWasAfterARenameThatFails) {
  make_durable("text");
  fail("rename");
  EXPECT_EQ(rename(), GetParam().code);
  EXPECT_FALSE(exists(other()));
  EXPECT_EQ(faults::wrong_in(path(), "text"), "");
  EXPECT_EQ(after_a_cut("none"), "text");
  EXPECT_EQ(rename(), UINT{MMSYSERR_NOERROR}) << "it can be done later";
  EXPECT_EQ(after_a_cut("none", 0, kOther), "text");
}

// The flush after it, too, covers the name that the file has, in the directory where it is.
TEST_P(NameOnABadDisk, OfAnOpenFileIsAsItWasAfterARenameThatFails) {
  const std::string text = text_of(50'000);
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  ASSERT_EQ(file.write(text.substr(0, 20'000)), 20'000);
  fail("rename");
  EXPECT_EQ(rename(), GetParam().code);
  EXPECT_EQ(file.failure().code, 0) << "nothing of the file has failed";
  EXPECT_EQ(file.write_flush(std::string_view(text).substr(20'000)), 30'000);
  EXPECT_EQ(after_a_cut("none"), text);
  EXPECT_EQ(after_a_cut("none", 0, kOther), std::nullopt);
  EXPECT_EQ(rename(), UINT{MMSYSERR_NOERROR}) << "it can be done later";
  EXPECT_EQ(file.write_flush("more"), 4);
  EXPECT_EQ(after_a_cut("none", 0, kOther), text + "more");
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
}

TEST_P(NameOnABadDisk, IsTheNewOneAfterARenameWhoseDirectoryCannotBeSynced) {
  make_durable("text");
  fail("fsyncdir");
  EXPECT_EQ(rename(), UINT{MMIOERR_CANNOTWRITE});
  EXPECT_FALSE(exists(path()));
  EXPECT_EQ(faults::wrong_in(other(), "text"), "");
  EXPECT_EQ(after_a_cut("all", 0, kOther), "text");
  EXPECT_EQ(faults::open(other(), faults::kReadWrite).stats().suspect, 1U);
}

// Contract 5: what a sync could not do is never claimed later.
TEST_P(NameOnABadDisk, IsNotClaimedByAFlushAfterADirectorySyncThatFailed) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  ASSERT_EQ(file.write_flush("text"), 4);
  fail("fsyncdir");
  EXPECT_EQ(rename(), UINT{MMIOERR_CANNOTWRITE});
  const auto syncs = disk_->count("fsyncdir");
  EXPECT_EQ(file.write_flush("more"), -1);
  EXPECT_EQ(file.failure().operation, RINGPROC_OP_SYNC_NAME);
  EXPECT_EQ(file.stats().durable, 4U);
  EXPECT_NE(file.close(), UINT{MMSYSERR_NOERROR});
  EXPECT_EQ(faults::open(other(), faults::kReadWrite).stats().suspect, 1U);
  EXPECT_EQ(disk_->count("fsyncdir"), syncs) << "it is tried again";
}

TEST_P(NameOnABadDisk, StaysWhenItCannotBeRemoved) {
  make_durable("text");
  fail("unlink");
  EXPECT_EQ(open(path(), MMIO_DELETE), GetParam().code);
  EXPECT_EQ(faults::wrong_in(path(), "text"), "");
  EXPECT_EQ(after_a_cut("none"), "text");
  EXPECT_EQ(open(path(), MMIO_DELETE), UINT{MMSYSERR_NOERROR}) << "it can be done later";
  EXPECT_FALSE(exists(path()));
}

TEST_P(NameOnABadDisk, OfAnOpenFileStaysWhenItCannotBeRemoved) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  ASSERT_EQ(file.write("text"), 4);
  fail("unlink");
  EXPECT_EQ(open(path(), MMIO_DELETE), GetParam().code);
  EXPECT_EQ(file.write_flush("more"), 4);
  EXPECT_EQ(after_a_cut("none"), "textmore");
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
}

TEST_P(NameOnABadDisk, OfATemporaryFileIsNotGivenIfItCannotBeMade) {
  fail("create", "0");
  EXPECT_EQ(open(disk_->file("abc"), MMIO_GETTEMP), GetParam().code);
  EXPECT_TRUE(is_empty());
  disk_->clear();
  EXPECT_EQ(open(disk_->file("abc"), MMIO_GETTEMP), UINT{MMSYSERR_NOERROR});
  EXPECT_FALSE(is_empty());
}

}  // namespace
