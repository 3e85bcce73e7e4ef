// The option memory_limit: how far a ring grows, with the drain stepped by hand, and beside the
// real service thread.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "runtime/runtime.hpp"
#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

Options with(std::uint64_t ring, std::uint64_t limit) {
  Options options = SteppedFile::small_ring();
  options.ring_bytes = ring;
  options.memory_limit_bytes = limit;
  return options;
}

std::string text_of(std::size_t size, std::size_t from = 0) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((from + i) * 2654435761u >> 9);
  return text;
}

TEST(MemoryLimit, IsWhatMayBePendingWhileNothingIsDrained) {
  SteppedFile f(with(4096, 64 << 10));
  EXPECT_EQ(f.file->statistics().capacity, 64u << 10);
  EXPECT_TRUE(f.file->statistics().can_grow);
  std::string all;
  while (f.write(text_of(1000, all.size()))) all += text_of(1000, all.size());
  EXPECT_EQ(all.size(), 65'000u) << "as many as fit";
  f.drain();
  EXPECT_TRUE(f.disk.text() == all);
}

TEST(MemoryLimit, TakesNoMemoryBeforeItIsNeeded) {
  SteppedFile f(with(4096, std::uint64_t{256} << 30));
  EXPECT_EQ(f.file->statistics().reserved, kRingStart + 4096);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(f.write(text_of(4000)));
    f.drain();
  }
  EXPECT_EQ(f.file->statistics().reserved, kRingStart + 4096) << "the disk keeps up";
}

TEST(MemoryLimit, BelowTheDefaultRingHolds) {
  SteppedFile f(with(0, 64 << 10));
  EXPECT_EQ(f.file->statistics().capacity, 64u << 10);
  EXPECT_FALSE(f.file->statistics().can_grow);
}

TEST(MemoryLimit, IsTheRingIfItIsNotGiven) {
  SteppedFile f(with(8192, 0));
  EXPECT_EQ(f.file->statistics().capacity, 8192u);
  EXPECT_FALSE(f.file->statistics().can_grow);
}

// A disk that takes nothing until it is told to.
class HangingDisk {
 public:
  explicit HangingDisk(FakeDisk& disk) {
    disk.on_write = [this](int) {
      std::unique_lock lock(m_);
      changed_.wait(lock, [this] { return !hangs_; });
      return std::error_code{};
    };
  }
  ~HangingDisk() { go_on(); }
  void hang() { set(true); }
  void go_on() { set(false); }

 private:
  void set(bool hangs) {
    const std::lock_guard lock(m_);
    hangs_ = hangs;
    changed_.notify_all();
  }
  std::mutex m_;
  std::condition_variable changed_;
  bool hangs_ = true;  // guarded by m_
};

// A file of the real runtime on a disk of the test's.
struct RunningFile {
  explicit RunningFile(const Options& options)
      : file(std::make_shared<File>(std::make_unique<FakeBackend>(disk), FileId{4711, 1},
                                    Runtime::instance(), options)) {
    if (auto error = file->make_writable(nullptr)) throw std::system_error(error);
  }
  ~RunningFile() {
    hanging.go_on();
    Runtime::instance().detach(*file);
    bool lost = false;
    static_cast<void>(file->retire_steps(lost));
  }
  bool write(std::string_view text) { return !file->write(cursor, bytes_of(text)).error; }

  FakeDisk disk;
  HangingDisk hanging{disk};
  std::shared_ptr<File> file;
  Cursor cursor;
};

TEST(MemoryLimit, TheServiceGrowsTheRingAheadOfTheWriterWhileADiskHangs) {
  RunningFile f(with(64 << 10, 4 << 20));
  std::string all;
  for (std::size_t pending : {40'000u, 100'000u, 1'000'000u}) {
    while (all.size() < pending) {
      ASSERT_TRUE(f.write(text_of(4000, all.size())));
      all += text_of(4000, all.size());
    }
    // By nobody else: the writer does nothing now.
    while (f.file->populated() < all.size() + (32 << 10)) std::this_thread::yield();
  }
  f.hanging.go_on();
  EXPECT_FALSE(f.file->flush());
  EXPECT_TRUE(f.disk.text() == all);
}

// A flush may own the write step that hangs: no lane is in it then.
TEST(MemoryLimit, TheServiceGrowsTheRingWhileAFlushHangs) {
  RunningFile f(with(64 << 10, 4 << 20));
  ASSERT_TRUE(f.write("x"));
  std::thread flush([&] { EXPECT_FALSE(f.file->flush()); });
  while (f.file->statistics().flushes == 0) std::this_thread::yield();
  std::string all = "x";
  for (std::size_t pending : {40'000u, 100'000u, 1'000'000u}) {
    while (all.size() < pending) {
      ASSERT_TRUE(f.write(text_of(4000, all.size())));
      all += text_of(4000, all.size());
    }
    while (f.file->populated() < all.size() + (32 << 10)) std::this_thread::yield();
  }
  f.hanging.go_on();
  flush.join();
  EXPECT_FALSE(f.file->flush());
  EXPECT_TRUE(f.disk.text() == all);
}

}  // namespace
}  // namespace ringproc::core
