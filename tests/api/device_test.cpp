// How bytes reach the device: past the page cache, and into space taken ahead. On the real file
// system of the temporary directory.
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "api/support.hpp"

namespace {

using api::bytes;
using ringproc::Direct;
using ringproc::Preallocate;

constexpr std::size_t kLarge = 8 << 20;

class Device : public testing::Test {
 protected:
  // Whether this file system has it, by a plain open.
  bool can_write_direct() {
    const std::string probe = directory_.file("probe");
    std::ofstream(probe) << "x";
    const int fd = ::open(probe.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
  }
  bool can_reserve() {
    const int fd = ::open(directory_.file("probe").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const bool can = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
    ::close(fd);
    return can;
  }
  api::File open(Direct direct, Preallocate preallocate) {
    ringproc::Options options;
    options.direct = direct;
    options.preallocate = preallocate;
    std::error_code error;
    auto file = api::File::open(path_, api::kCreate, error, &options);
    if (error) throw std::system_error(error);
    return file;
  }
  [[nodiscard]] std::uint64_t allocated() const {
    struct stat now {};
    return ::stat(path_.c_str(), &now) == 0 ? static_cast<std::uint64_t>(now.st_blocks) * 512 : 0;
  }
  // Pages of the file that are in the page cache.
  [[nodiscard]] std::size_t cached_pages() const {
    const auto size = std::filesystem::file_size(path_);
    const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    std::vector<unsigned char> pages((size + 4095) / 4096);
    const bool seen = ::mincore(at, size, pages.data()) == 0;
    ::munmap(at, size);
    ::close(fd);
    const auto in = [](unsigned char page) { return (page & 1) != 0; };
    return seen ? static_cast<std::size_t>(std::count_if(pages.begin(), pages.end(), in))
                : SIZE_MAX;
  }
  static std::string text_of(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 13 + i / 4096);
    return text;
  }

  api::Directory directory_;
  const std::string path_ = directory_.file("take");
};

TEST_F(Device, LargeDataIsNotLeftInThePageCache) {
  if (!can_write_direct()) GTEST_SKIP() << "no direct writing in the temporary directory";
  auto file = open(Direct::automatic, Preallocate::automatic);
  const std::string all = text_of(kLarge);
  ASSERT_FALSE(file.write(bytes(all)).error);
  ASSERT_FALSE(file.flush());
  const auto stats = file.stats();
  EXPECT_NE(stats.capabilities & RINGPROC_CAN_DIRECT, 0U);
  EXPECT_GE(stats.direct_bytes, kLarge / 10 * 9);
  EXPECT_LE(cached_pages(), kLarge / 4096 / 10);
  ASSERT_FALSE(file.close());
  EXPECT_EQ(api::on_disk(path_), all);
}

TEST_F(Device, OffLeavesItToThePageCache) {
  auto file = open(Direct::off, Preallocate::off);
  ASSERT_FALSE(file.write(bytes(text_of(kLarge))).error);
  ASSERT_FALSE(file.flush());
  EXPECT_EQ(file.stats().direct_bytes, 0U);
  EXPECT_EQ(file.stats().capabilities & (RINGPROC_CAN_DIRECT | RINGPROC_CAN_PREALLOCATE), 0U);
}

// Heads, tails, patches and readers beside direct writes see one file.
TEST_F(Device, WhatIsInTheCacheAndOnTheDeviceIsOne) {
  if (!can_write_direct()) GTEST_SKIP() << "no direct writing in the temporary directory";
  auto file = open(Direct::on, Preallocate::automatic);
  std::string all;
  std::error_code error;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string piece = text_of(1 + (i * 7919) % 50'000);
    ASSERT_FALSE(file.write(bytes(piece)).error);
    all += piece;
    if (i % 5 == 0) {
      ASSERT_FALSE(file.flush());
      ASSERT_EQ(api::on_disk(path_).size(), all.size());  // brings it into the page cache
    }
    if (i % 7 == 6) {
      const std::string patch = "patch" + std::to_string(i);
      const auto at = (i * 104'729) % (all.size() - patch.size());
      ASSERT_FALSE(file.write_at(bytes(patch), at).error);
      all.replace(at, patch.size(), patch);
    }
  }
  ASSERT_FALSE(file.flush());
  EXPECT_EQ(api::on_disk(path_), all);
  EXPECT_GT(file.stats().direct_bytes, 0U);
}

TEST_F(Device, SpaceIsReservedAndGivenBack) {
  if (!can_reserve()) GTEST_SKIP() << "no reserving in the temporary directory";
  auto file = open(Direct::automatic, Preallocate::automatic);
  const std::string all = text_of(300'000);
  ASSERT_FALSE(file.write(bytes(all)).error);
  ASSERT_FALSE(file.flush());
  EXPECT_NE(file.stats().capabilities & RINGPROC_CAN_PREALLOCATE, 0U);
  EXPECT_GE(allocated(), 300'000U + (1 << 20) - 65'536);
  EXPECT_EQ(std::filesystem::file_size(path_), 300'000U) << "others see the bytes only";
  ASSERT_FALSE(file.close());
  EXPECT_LE(allocated(), 300'000U + 65'536);
  EXPECT_EQ(api::on_disk(path_), all);
}

TEST_F(Device, ZerosAheadAreNotLeftInTheFile) {
  auto file = open(Direct::automatic, Preallocate::written);
  std::string all;
  for (int i = 0; i < 10; ++i) {
    const std::string piece = text_of(1000);
    ASSERT_FALSE(file.write(bytes(piece)).error);
    ASSERT_FALSE(file.flush());
    all += piece;
  }
  EXPECT_NE(file.stats().capabilities & RINGPROC_CAN_PREALLOCATE, 0U);
  EXPECT_GE(std::filesystem::file_size(path_), std::size_t{1} << 20);
  EXPECT_EQ(file.stats().logical_size, all.size());
  ASSERT_FALSE(file.close());
  EXPECT_EQ(api::on_disk(path_), all);
}

TEST_F(Device, ZerosAheadAreNoneOfTheApplications) {
  auto file = open(Direct::automatic, Preallocate::written);
  for (int i = 0; i < 10; ++i) {
    ASSERT_FALSE(file.write(bytes(text_of(1000))).error);
    ASSERT_FALSE(file.flush());
  }
  std::error_code error;
  ASSERT_EQ(file.seek(0, api::Origin::end, error), 10'000U);
  std::string more(10, '?');
  EXPECT_EQ(file.read(std::as_writable_bytes(std::span(more))).bytes, 0U);
}

}  // namespace
