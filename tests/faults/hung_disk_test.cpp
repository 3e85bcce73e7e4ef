// A disk that hangs holds only what is on it: files on other devices keep draining and flushing,
// and however many files hang, neither threads nor memory nor descriptors are used up.
#include <filesystem>
#include <future>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::eventually;
using faults::File;
using faults::kCreate;
using faults::kReadWrite;
using faults::Origin;
using faults::text_of;

std::size_t entries_of(const char* directory) {
  const std::filesystem::directory_iterator all(directory);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}
std::size_t threads() { return entries_of("/proc/self/task"); }
std::size_t descriptors() { return entries_of("/proc/self/fd"); }

class HungDisk : public faults::OnABadDisk {
 protected:
  void SetUp() override {
    OnABadDisk::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    healthy_.emplace();
    ASSERT_TRUE(healthy_->mounted());
  }

  // Everything that is done to a file in its life. Returns: what went wrong.
  static std::string live(const std::string& path) {
    const auto said = [](const char* what, const std::error_code& error) {
      return what + (": " + error.message());
    };
    const Options options = faults::options_of("close=device,preallocate=auto");
    std::error_code error;
    auto file = File::open(path, kCreate, error, &options);
    if (error) return said("open", error);
    std::string all = text_of(150'000);
    if (file.write_flush(bytes(all)).error) return "flush";
    if (error = file.write_at(bytes("PATCH"), 10).error; error) return said("patch", error);
    all.replace(10, 5, "PATCH");
    if (file.write(bytes(text_of(150'000, 2))).error) return "write";
    all += text_of(150'000, 2);
    file.seek(0, Origin::begin, error);
    std::string back(all.size(), '\0');
    if (file.read(std::as_writable_bytes(std::span(back))).error || back != all) return "read";
    if (error = file.close(); error) return said("close", error);
    return faults::on_disk(path) == all ? "" : "contents";
  }
  // Whether somebody on the other disk comes through; what hangs is released if not.
  bool the_healthy_one_goes_on(const std::string& name) {
    auto life = std::async(std::launch::async, [&] { return live(healthy_->file(name)); });
    const bool done = life.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    if (!done) disk_->clear();
    EXPECT_EQ(life.get(), "");
    return done;
  }

  using Options = faults::Options;
  std::optional<bad_disk::Mount> healthy_;
};

// Whatever call it is that hangs. In a process of its own, as CTest runs it: the threads of a lane
// stay, there are 64 in all, and each mount is another device.
TEST_F(HungDisk, HoldsUpNobodyOnAnotherAtAnyCall) {
  int files = 0;
  for (const std::string call : {"open", "create", "getattr", "write", "fsync", "fsyncdir",
                                 "fallocate", "truncate", "opendir", "flush", "read", "statfs"}) {
    for (std::uint64_t n = 1; n < 60; ++n) {
      SCOPED_TRACE("the " + std::to_string(n) + ". " + call + " hangs");
      const std::string name = std::to_string(++files);
      disk_->fault(call + " " + std::to_string(n) + " 1 hang");
      auto life = std::async(std::launch::async, [&] { return live(disk_->file(name)); });
      ASSERT_TRUE(eventually([&] {
        return disk_->hanging() == 1 ||
               life.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
      }));
      const bool hung = disk_->hanging() == 1;
      EXPECT_TRUE(!hung || the_healthy_one_goes_on(name)) << "held up";
      disk_->clear();
      EXPECT_EQ(life.get(), "");
      if (!hung || HasFailure()) break;
    }
  }
}

TEST_F(HungDisk, LosesNothingWhenItGoesOn) {
  auto file = faults::open(path(), kCreate, "memory_limit=64M,age=1ms");
  disk_->fault("write 1 0 hang");
  const std::string piece = text_of(100'000);
  std::string all;
  while (all.size() < 40'000'000) {
    ASSERT_FALSE(file.write(bytes(piece)).error);
    all += piece;
  }
  EXPECT_EQ(file.stats().stalls, 0U) << "there was room up to memory_limit";
  EXPECT_EQ(disk_->hanging(1), 1U);
  EXPECT_EQ(file.stats().written, 0U);
  disk_->release();
  EXPECT_FALSE(file.flush());
  EXPECT_EQ(faults::wrong_in(path(), all), "");
}

class ManyHungFiles : public HungDisk {
 protected:
  static constexpr std::size_t kFiles = 64;
  static constexpr std::size_t kLimit = 1 << 20;

  void open_files() {
    for (std::size_t i = 0; i < kFiles; ++i) {
      files_.push_back(faults::open(disk_->file(std::to_string(i)), kCreate,
                                    "memory_limit=1M,on_full=fail,age=1ms,direct=off,"
                                    "preallocate=off,flush_timeout=20ms"));
      ASSERT_FALSE(files_.back().write(bytes(text_of(1000))).error);
      // Their time-out is for a disk that hangs; one that is only slow takes longer.
      ASSERT_TRUE(eventually([&] { return !files_.back().flush(); }));
    }
  }
  // The ring of that file is full, and its drain hangs or waits for one that does.
  void fill(std::size_t which) {
    File& file = files_[which];
    const std::string piece = text_of(50'000);
    while (!file.write(bytes(piece)).error) contents_[which] += piece;
    EXPECT_GE(contents_[which].size(), kLimit - 2 * piece.size());
  }

  std::vector<File> files_;
  std::vector<std::string> contents_ = std::vector<std::string>(kFiles, text_of(1000));
};

TEST_F(ManyHungFiles, ExhaustNothing) {
  ASSERT_NO_FATAL_FAILURE(open_files());
  ASSERT_TRUE(the_healthy_one_goes_on("warm"));
  disk_->fault("write 1 0 hang");
  for (std::size_t i = 0; i < 8; ++i) fill(i);
  EXPECT_EQ(disk_->hanging(4), 4U) << "all threads of the lane";
  const auto threads_with_8 = threads();
  const auto descriptors_with_8 = descriptors();
  for (std::size_t i = 8; i < kFiles; ++i) fill(i);
  for (File& file : files_) EXPECT_EQ(file.flush().value(), RINGPROC_E_TIMEOUT);
  EXPECT_EQ(threads(), threads_with_8);
  EXPECT_EQ(descriptors(), descriptors_with_8);
  EXPECT_EQ(disk_->hanging(), 4U);
  for (const File& file : files_) EXPECT_LE(file.stats().memory_bytes, kLimit + 65'536);
  EXPECT_TRUE(the_healthy_one_goes_on("beside"));
  EXPECT_EQ(threads(), threads_with_8);

  disk_->release();
  for (std::size_t i = 0; i < kFiles; ++i) {
    EXPECT_TRUE(eventually([&] { return !files_[i].flush(); }));
    EXPECT_EQ(files_[i].close().value(), RINGPROC_E_REFUSED) << "overruns are told";
    EXPECT_EQ(faults::wrong_in(disk_->file(std::to_string(i)), contents_[i]), "");
  }
}

// A read of old bytes hangs; it is nobody's business but the reader's.
TEST_F(HungDisk, HoldsNoWriterUpByARead) {
  std::ofstream(path(), std::ios::binary) << text_of(1 << 20);
  auto reader = faults::open(path(), kReadWrite);
  auto writer = faults::open(path(), kReadWrite);
  std::error_code error;
  writer.seek(0, Origin::end, error);
  disk_->fault("read 1 1 hang");
  std::string back(1000, '\0');
  auto read = std::async(std::launch::async, [&] {
    return reader.read(std::as_writable_bytes(std::span(back))).bytes;
  });
  ASSERT_EQ(disk_->hanging(1), 1U);
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(writer.write_flush(bytes(text_of(1000))).error);
  }
  EXPECT_EQ(disk_->hanging(), 1U);
  disk_->release();
  EXPECT_EQ(read.get(), 1000U);
  EXPECT_EQ(faults::difference(back, text_of(1 << 20).substr(0, 1000)), "");
}

}  // namespace
