// The file is not as its owner left it: never touched, the bytes are kept beside it.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "recover/dead_owner.hpp"
#include "region/layout.hpp"

namespace ringproc::core {
namespace {

namespace fs = std::filesystem;

using Conflict = DeadOwner;

TEST_F(Conflict, ThereIsNoneWhenNobodyTouchedTheFile) {
  leave_region();
  const RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::finished) << text_of(outcome);
  EXPECT_EQ(outcome.bytes, 7u);
  EXPECT_EQ(on_disk(path_), kComplete);
  EXPECT_TRUE(names().empty());
}

TEST_F(Conflict, WhenSomebodyAppended) {
  leave_region();
  std::ofstream(path_, std::ios::app) << "+";
  expect_kept(recover());
  EXPECT_EQ(on_disk(path_), "durable+");
}

TEST_F(Conflict, WhenSomebodyOverwroteInPlace) {
  leave_region();
  std::fstream(path_, std::ios::in | std::ios::out) << "D";
  expect_kept(recover());
  EXPECT_EQ(on_disk(path_), "Durable");
}

TEST_F(Conflict, WhenSomebodyTruncatedIt) {
  leave_region();
  std::fclose(std::fopen(path_.c_str(), "w"));
  expect_kept(recover());
  EXPECT_EQ(on_disk(path_), "");
}

TEST_F(Conflict, WhenSomebodyPutTheOldTimesBack) {
  leave_region();
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  std::fstream(path_, std::ios::in | std::ios::out) << "D";
  const timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  expect_kept(recover());
}

TEST_F(Conflict, WhenItWasRenamed) {
  leave_region();
  fs::rename(path_, path_ + ".moved");
  expect_kept(recover());
  EXPECT_EQ(on_disk(path_ + ".moved"), kDurable);
}

TEST_F(Conflict, WhenItWasDeleted) {
  leave_region();
  fs::remove(path_);
  expect_kept(recover());
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(Conflict, WhenAnotherFileReplacedIt) {
  leave_region();
  put_on_disk(path_ + ".new", "another's");
  fs::rename(path_ + ".new", path_);
  expect_kept(recover());
  EXPECT_EQ(on_disk(path_), "another's");
}

TEST_F(Conflict, WhenAFileWithTheSameInodeNumberReplacedIt) {
  leave_region();
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  bool same = false;
  for (int i = 0; i < 100 && !same; ++i) {
    fs::remove(path_);
    put_on_disk(path_, kDurable);
    struct stat now {};
    ASSERT_EQ(::stat(path_.c_str(), &now), 0);
    same = now.st_ino == before.st_ino;
  }
  const RecoverOutcome outcome = recover();
  expect_kept(outcome);
  if (same) {
    EXPECT_NE(outcome.reason.find("deleted"), std::string::npos) << outcome.reason;
  }
  EXPECT_EQ(on_disk(path_), kDurable);
}

TEST_F(Conflict, WhenADirectoryHasItsName) {
  leave_region();
  fs::remove(path_);
  fs::create_directory(path_);
  expect_kept(recover());
  EXPECT_TRUE(fs::is_empty(path_));
}

TEST_F(Conflict, WhenTheMachineWasStartedSince) {
  leave_region();
  const std::string region = place()->directory() + "/" + names().at(0);
  std::fstream file(region, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offsetof(RegionHeader, identity) + offsetof(Identity, boot_id));
  file << "X";
  file.close();
  expect_kept(recover());
  EXPECT_EQ(on_disk(path_), kDurable);
}

TEST_F(Conflict, WhenAnotherProcessHasItOpen) {
  leave_region();
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(::pipe(to_child) + ::pipe(to_parent), 0);
  const pid_t other = ::fork();
  if (other == 0) {
    auto file = open(path_, Mode::read | Mode::write);
    char byte = 'o';
    static_cast<void>(!::write(to_parent[1], &byte, 1));
    ::close(to_child[1]);
    static_cast<void>(!::read(to_child[0], &byte, 1));
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(to_parent[0], &byte, 1), 1);
  const auto all = recover_all(*place(), {});
  ASSERT_EQ(all.size(), 2u);
  const bool first = all[0].result == RecoverResult::kept;
  EXPECT_EQ(all[first ? 0 : 1].result, RecoverResult::kept);
  EXPECT_EQ(all[first ? 1 : 0].result, RecoverResult::owner_alive);
  EXPECT_EQ(all[first ? 1 : 0].process, static_cast<std::uint32_t>(other));
  EXPECT_EQ(on_disk(kept_path()), std::string(7, '\0') + "pending");
  EXPECT_EQ(on_disk(path_), kDurable);
  ::close(to_child[0]);
  ::close(to_child[1]);
  ::waitpid(other, nullptr, 0);
}

TEST_F(Conflict, KeepsPatchesRunsAndOverlapsAtTheirOffsets) {
  process_ = in_killed_child([&] {
    auto& file = never_closed(path_);
    std::error_code error;
    write(file, "0123456789");
    file.seek(4, Origin::begin, error);
    write(file, "abcd");
    if (file.write_at(std::as_bytes(std::span("PP", 2)), 1).error) std::abort();
    file.seek(20, Origin::begin, error);
    write(file, "tail");
  });
  std::ofstream(path_) << "another's";
  const RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::kept) << text_of(outcome);
  EXPECT_EQ(on_disk(kept_path()), std::string("0PP3abcd89") + std::string(10, '\0') + "tail");
}

TEST_F(Conflict, NeverReplacesWhatWasKeptBefore) {
  leave_region();
  put_on_disk(kept_path(), "older");
  fs::remove(path_);
  const RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::kept);
  EXPECT_EQ(outcome.kept, kept_path() + ".2");
  EXPECT_EQ(on_disk(kept_path()), "older");
  EXPECT_EQ(on_disk(kept_path() + ".2"), std::string(7, '\0') + "pending");
}

// As after a recovery that was killed between keeping the bytes and removing the region.
TEST_F(Conflict, KeepsTheSameBytesOnlyOnce) {
  leave_region();
  put_on_disk(kept_path(), std::string(7, '\0') + "pending");
  fs::remove(path_);
  expect_kept(recover());
  EXPECT_FALSE(fs::exists(kept_path() + ".2"));
}

// A file that failed and was opened again, or a process of the same number in another container.
TEST_F(Conflict, KeepsBothOfTwoRegionsOfOneProcessAndFile) {
  leave_region();
  const std::string first = place()->directory() + "/" + names().at(0);
  const std::string second = first.substr(0, first.size() - 1) + "1";
  fs::copy_file(first, second);
  std::fstream file(second, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(kRingStart + 7);
  file << "PENDING";
  file.close();
  fs::remove(path_);
  for (const auto& outcome : recover_all(*place(), {})) {
    EXPECT_EQ(outcome.result, RecoverResult::kept) << text_of(outcome);
  }
  std::string both = on_disk(kept_path()) + on_disk(kept_path() + ".2");
  EXPECT_NE(both.find("pending"), std::string::npos);
  EXPECT_NE(both.find("PENDING"), std::string::npos);
}

TEST_F(Conflict, LeavesTheRegionWhenTheBytesCannotBeKept) {
  leave_region();
  fs::remove_all(directory_.path());
  const RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::not_written) << text_of(outcome);
  EXPECT_NE(text_of(outcome).find("recover --to PATH " + outcome.file), std::string::npos)
      << text_of(outcome);
  EXPECT_EQ(names().size(), 1u);
}

}  // namespace
}  // namespace ringproc::core
