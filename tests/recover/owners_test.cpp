// Who finishes a dead region, when, and what is left to the living.
#include <filesystem>
#include <thread>

#include "recover/dead_owner.hpp"
#include "region/layout.hpp"

namespace ringproc::core {
namespace {

using Owners = DeadOwner;

ringproc::File open_recovering(const std::string& path, Mode mode) {
  std::error_code error;
  auto file = ringproc::File::open(path, mode, error);
  EXPECT_FALSE(error) << error.message();
  return file;
}

TEST_F(Owners, AnOpenOfTheFileFinishesItFirst) {
  leave_region();
  auto file = open_recovering(path_, Mode::read);
  EXPECT_EQ(file.stats().logical_size, 14u);
  EXPECT_EQ(on_disk(path_), kComplete);
  EXPECT_TRUE(names().empty());
}

TEST_F(Owners, AnOpenWithRecoverOffDoesNot) {
  leave_region();
  in_killed_child([&] { open(path_, Mode::read); });
  EXPECT_EQ(on_disk(path_), kDurable);
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(Owners, ACreateSetsTheBytesAsideAndStartsEmpty) {
  leave_region();
  auto file = open_recovering(path_, Mode::create);
  EXPECT_EQ(file.stats().logical_size, 0u);
  EXPECT_EQ(on_disk(kept_path()), std::string(7, '\0') + "pending");
}

TEST_F(Owners, ACreateThatIsRefusedSetsNothingAside) {
  leave_region();
  in_killed_child([&] {
    auto reader = open(path_, Mode::read);  // recover=off
    std::error_code error;
    auto file = ringproc::File::open(path_, Mode::create | Mode::deny_read, error);
    if (!error) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_EQ(names().size(), 1u);
  EXPECT_EQ(recover().result, RecoverResult::finished);
}

TEST_F(Owners, TheFirstOpenOfAProcessFinishesAllOfThem) {
  leave_region();
  const std::string other = directory_.file("other");
  process_ = in_killed_child([&] {
    auto& file = never_closed(other);
    write(file, "other's");
  });
  ASSERT_EQ(names().size(), 2u);
  in_killed_child([&] {
    const auto here = place();
    auto file = open_recovering(directory_.file("third"), Mode::read | Mode::create);
    // A thread of its own does it; this process's region stays.
    while (here->list().size() > 1) std::this_thread::yield();
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_EQ(on_disk(path_), kComplete);
  EXPECT_EQ(on_disk(other), "other's");
}

TEST_F(Owners, ALivingOwnersRegionIsLeftAlone) {
  auto file = open(path_);
  write(file, "alive");
  const RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::owner_alive) << text_of(outcome);
  ASSERT_EQ(names().size(), 1u);
  EXPECT_FALSE(file.close());
  EXPECT_EQ(on_disk(path_), "alive");
  EXPECT_TRUE(names().empty());
}

// A lock of this kind is lost when its process closes any descriptor of the file.
TEST_F(Owners, LookingAtOnesOwnRegionDoesNotGiveItUp) {
  auto file = open(path_);
  write(file, "alive");
  static_cast<void>(recover());
  in_killed_child([&] {
    const RecoverOutcome outcome = recover();
    if (outcome.result != RecoverResult::owner_alive) ::_exit(1);
  });
}

TEST_F(Owners, AFailedFilesRegionIsFinishedOnlyOnDemand) {
  process_ = in_killed_child([&] {
    auto& file = never_closed(path_);
    write(file, "pending");
    // What a failed write leaves, without a failing disk: see Drain::fail.
    const auto here = place();
    std::fstream raw(here->directory() + "/" + here->list().at(0),
                     std::ios::in | std::ios::out | std::ios::binary);
    raw.seekp(offsetof(RegionHeader, failure));
    const std::uint64_t io_error = EIO;
    raw.write(reinterpret_cast<const char*>(&io_error), sizeof io_error);
    raw.close();
  });
  RecoverOutcome outcome = recover();
  EXPECT_EQ(outcome.result, RecoverResult::left_failed) << text_of(outcome);
  EXPECT_FALSE(outcome.told);
  outcome = recover();
  EXPECT_TRUE(outcome.told) << "every start of every program would tell it again";
  EXPECT_EQ(names().size(), 1u);
  RecoverRequest explicitly;
  explicitly.automatic = false;
  outcome = recover(explicitly);
  EXPECT_EQ(outcome.result, RecoverResult::finished) << text_of(outcome);
  EXPECT_EQ(on_disk(path_), "pending");
}

TEST_F(Owners, ADryRunChangesNothing) {
  leave_region();
  RecoverRequest dry;
  dry.dry_run = true;
  EXPECT_EQ(recover(dry).result, RecoverResult::finished);
  EXPECT_EQ(on_disk(path_), kDurable);
  ASSERT_EQ(names().size(), 1u);
  EXPECT_EQ(recover().result, RecoverResult::finished);
}

TEST_F(Owners, BytesGoWhereTheyAreToldTo) {
  leave_region();
  RecoverRequest request;
  request.keep_at = directory_.file("elsewhere");
  EXPECT_EQ(recover(request).result, RecoverResult::kept_at);
  EXPECT_EQ(on_disk(request.keep_at), std::string(7, '\0') + "pending");
  EXPECT_EQ(on_disk(path_), kDurable);
  EXPECT_TRUE(names().empty());
}

TEST_F(Owners, BytesNeverGoIntoAnExistingFile) {
  leave_region();
  RecoverRequest request;
  request.keep_at = directory_.file("elsewhere");
  put_on_disk(request.keep_at, "taken");
  EXPECT_EQ(recover(request).result, RecoverResult::not_written);
  EXPECT_EQ(on_disk(request.keep_at), "taken");
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(Owners, ARegionWithNothingPendingIsSimplyRemoved) {
  process_ = in_killed_child([&] {
    auto& file = never_closed(path_);
    write(file, kDurable);
    if (file.flush()) std::abort();
  });
  std::ofstream(path_, std::ios::app) << "+";  // no conflict: nothing is to be done
  EXPECT_EQ(recover().result, RecoverResult::nothing);
  EXPECT_TRUE(names().empty());
}

TEST_F(Owners, AFileTellsWhereItsBytesAreKept) {
  auto file = open(path_);
  EXPECT_NE(file.place().find(regions_.path()), std::string::npos) << file.place();
  EXPECT_TRUE(file.stats().capabilities & RINGPROC_CAN_SURVIVE);
  EXPECT_GE(file.stats().memory_bytes, 64u * 1024);
}

}  // namespace
}  // namespace ringproc::core
