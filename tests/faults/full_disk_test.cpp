// Contract 6, option wait_for_space: on a disk that is really full nothing is refused and nothing
// is claimed; as soon as somebody makes room every byte arrives. Who does not want to wait for ever
// is told the truth. Nobody spins meanwhile.
#include "faults/full_disk.hpp"

#include <future>
#include <optional>
#include <vector>

#include "faults/child.hpp"
#include "faults/support.hpp"

std::atomic<std::uint64_t> faults::refused_for_space{0};

// The library's only way to write to its files.
extern "C" ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
  const auto low = static_cast<unsigned long>(offset);
  const ssize_t done = ::syscall(SYS_pwritev, fd, parts, count, low, 0UL);
  if (done < 0 && errno == ENOSPC) faults::refused_for_space.fetch_add(1);
  return done;
}

namespace {

using faults::bytes;
using faults::eventually;
using faults::kCreate;
using faults::kReadWrite;
using faults::Mmio;
using faults::Refusals;
using faults::text_of;

constexpr DWORD kNew = MMIO_CREATE | MMIO_READWRITE;

class AFullDisk : public testing::TestWithParam<faults::FullDisk::Kind> {
 protected:
  static void SetUpTestSuite() { possible_ = faults::FullDisk::own_namespace(); }
  void SetUp() override {
    if (!possible_) GTEST_SKIP() << "no mount namespace of one's own here";
    disk_.emplace();
    if (const auto obstacle = disk_->mount(GetParam()); !obstacle.empty()) GTEST_SKIP() << obstacle;
  }
  // So that no close of a failing test waits for ever.
  void TearDown() override {
    if (possible_) disk_->make_room();
  }

  [[nodiscard]] std::string path() const { return disk_->file("take"); }
  // It is full, and that is so for good: it was tried again.
  [[nodiscard]] static bool are_waiting(const Refusals& refusals) {
    return eventually([&] { return refusals.count() >= 4; });
  }

  static inline bool possible_ = false;
  std::optional<faults::FullDisk> disk_;
};

INSTANTIATE_TEST_SUITE_P(
    On, AFullDisk, testing::Values(faults::FullDisk::Kind::tmpfs, faults::FullDisk::Kind::ext4),
    [](const auto& kind) { return kind.param == faults::FullDisk::Kind::ext4 ? "ext4" : "tmpfs"; });

TEST_P(AFullDisk, IsWaitedForByAWriteFlush) {
  Mmio file(path(), kNew, "wait_for_space=on,age=1ms");
  const std::string text = text_of(300'000);
  ASSERT_EQ(file.write_flush(text.substr(0, 10'000)), 10'000);
  disk_->fill();
  const Refusals refusals;
  auto flushed = std::async(
      std::launch::async, [&] { return file.write_flush(std::string_view(text).substr(10'000)); });
  EXPECT_TRUE(are_waiting(refusals));
  EXPECT_LE(refusals.count(), refusals.most(2)) << "the writer and the service";
  EXPECT_EQ(file.stats().accepted, 300'000U);
  EXPECT_LT(file.stats().written, 300'000U);
  EXPECT_EQ(file.stats().durable, 10'000U);
  EXPECT_EQ(file.failure().code, 0);
  EXPECT_EQ(flushed.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  disk_->make_room();
  EXPECT_EQ(flushed.get(), 290'000);
  EXPECT_EQ(file.stats().durable, 300'000U);
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
  EXPECT_EQ(faults::wrong_in(path(), text), "");
}

// One that has tried in vain must not be what the others wake for.
TEST_P(AFullDisk, IsNotTriedMoreOftenByManyWhoFlush) {
  constexpr int kCallers = 4;
  auto file = faults::open(path(), kCreate, "wait_for_space=on,age=1ms");
  disk_->fill();
  const Refusals refusals;
  ASSERT_FALSE(file.write(bytes(text_of(300'000))).error);
  std::vector<std::future<std::error_code>> flushed;
  for (int i = 0; i < kCallers; ++i) {
    flushed.push_back(std::async(std::launch::async, [&] { return file.flush(); }));
  }
  EXPECT_TRUE(eventually([&] { return file.stats().flushes == kCallers; }));
  EXPECT_TRUE(eventually([&] { return refusals.count() >= 24; }));
  EXPECT_LE(refusals.count(), refusals.most(kCallers + 1));
  disk_->make_room();
  for (auto& each : flushed) EXPECT_FALSE(each.get());
  EXPECT_FALSE(file.close());
  EXPECT_EQ(faults::wrong_in(path(), text_of(300'000)), "");
}

TEST_P(AFullDisk, LeavesAFlushThatGivesUpToALaterOne) {
  Mmio file(path(), kNew, "wait_for_space=on,age=1ms,flush_timeout=50ms");
  disk_->fill();
  EXPECT_EQ(file.write_flush(text_of(300'000)), -1);
  EXPECT_EQ(file.offset(), 300'000);
  EXPECT_EQ(file.stats().durable, 0U);
  EXPECT_EQ(file.failure().code, 0) << "unknown, no failure";
  EXPECT_EQ(file.write("more"), 4) << "the writer goes on";
  EXPECT_EQ(file.flush(), -1) << "still unknown";
  disk_->make_room();
  EXPECT_TRUE(eventually([&] { return file.flush() == 1; }));
  EXPECT_EQ(file.stats().durable, 300'004U);
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
  EXPECT_EQ(faults::wrong_in(path(), text_of(300'000) + "more"), "");
}

TEST_P(AFullDisk, LetsACloseThatGivesUpSaySo) {
  faults::Log log;
  auto file = faults::open(path(), kCreate, "wait_for_space=on,age=1ms,close_timeout=50ms");
  disk_->fill();
  ASSERT_FALSE(file.write(bytes(text_of(300'000))).error);
  EXPECT_EQ(file.close().value(), RINGPROC_E_UNWRITTEN);
  EXPECT_TRUE(log.says("its bytes are still being written")) << log.text();
  EXPECT_EQ(faults::open_error(path(), kReadWrite).value(), RINGPROC_E_SHARING);
  EXPECT_FALSE(log.says("written completely")) << log.text();
  disk_->make_room();
  EXPECT_TRUE(eventually([&] { return !faults::open_error(path(), kReadWrite); }));
  EXPECT_TRUE(eventually([&] { return log.says("written completely after close timed out"); }))
      << log.text();
  EXPECT_EQ(faults::wrong_in(path(), text_of(300'000)), "");
}

// What an exit could not write is kept, and finished by an open when there is room.
TEST_P(AFullDisk, LetsAnExitThatGivesUpKeepTheBytes) {
  disk_->fill();
  faults::Child child(
      {"exit", path(), "wait_for_space=on,age=1ms,exit_timeout=50ms,survive=on", "300000"});
  const std::string said = child.error_line_with("not completely written at exit");
  EXPECT_NE(said.find("the rest is in "), std::string::npos) << said;
  child.wait();
  EXPECT_LT(std::filesystem::file_size(path()), 300'000U);
  disk_->make_room();
  EXPECT_FALSE(faults::open(path(), kReadWrite).close());
  EXPECT_EQ(faults::wrong_in(path(), text_of(300'000)), "");
}

TEST_P(AFullDisk, IsWaitedForByEachFileThatWantsTo) {
  auto one = faults::open(path(), kCreate, "wait_for_space=on,age=1ms");
  auto other = faults::open(disk_->file("other"), kCreate, "wait_for_space=on,age=1ms");
  auto hasty = faults::open(disk_->file("hasty"), kCreate, "age=1ms");
  disk_->fill();
  const Refusals refusals;
  ASSERT_FALSE(one.write(bytes(text_of(200'000, 1))).error);
  ASSERT_FALSE(other.write(bytes(text_of(250'000, 2))).error);
  EXPECT_EQ(hasty.write_flush(bytes(text_of(100'000, 3))).error.value(), ENOSPC);
  EXPECT_EQ(hasty.close().value(), ENOSPC) << "its own error, whoever waits beside it";
  EXPECT_TRUE(are_waiting(refusals));
  EXPECT_LE(refusals.count(), refusals.most(3));
  EXPECT_FALSE(one.failure().error);
  EXPECT_FALSE(other.failure().error);
  disk_->make_room();
  EXPECT_FALSE(one.flush());
  EXPECT_FALSE(other.flush());
  EXPECT_FALSE(one.close());
  EXPECT_FALSE(other.close());
  EXPECT_EQ(faults::wrong_in(path(), text_of(200'000, 1)), "");
  EXPECT_EQ(faults::wrong_in(disk_->file("other"), text_of(250'000, 2)), "");
}

}  // namespace
