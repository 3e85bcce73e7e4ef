// What a file must contain: bytes from `base` on are kept, everything below is a hole. And the
// places where the random tests keep their files.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "model/random.hpp"
#include "model/trace.hpp"

namespace model {

class Contents {
 public:
  explicit Contents(std::uint64_t base) : base_(base) {}

  [[nodiscard]] std::uint64_t base() const noexcept { return base_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.empty() ? 0 : end(); }

  void clear() noexcept { bytes_.clear(); }

  // Requires: offset >= base.
  void write(std::uint64_t offset, std::span<const std::byte> data) {
    if (data.empty()) return;
    const auto at = static_cast<std::size_t>(offset - base_);
    if (bytes_.size() < at + data.size()) bytes_.resize(at + data.size());
    std::memcpy(bytes_.data() + at, data.data(), data.size());
  }

  // How many bytes a read of `wanted` bytes gives.
  [[nodiscard]] std::size_t readable(std::uint64_t offset, std::size_t wanted) const noexcept {
    const auto limit = size();
    return offset >= limit ? 0 : std::min<std::uint64_t>(wanted, limit - offset);
  }

  // Throws Mismatch if `got`, read at offset, is not what the file contains.
  void compare(std::uint64_t offset, std::span<const std::byte> got, const char* where) const {
    std::size_t hole = 0;
    while (hole < got.size() && offset + hole < base_) {
      if (got[hole] != std::byte{0}) differ(offset + hole, got[hole], std::byte{0}, where);
      ++hole;
    }
    if (hole == got.size()) return;
    const auto* expected = bytes_.data() + (offset + hole - base_);
    if (std::memcmp(expected, got.data() + hole, got.size() - hole) == 0) return;
    while (got[hole] == *expected) ++hole, ++expected;
    differ(offset + hole, got[hole], *expected, where);
  }

 private:
  [[nodiscard]] std::uint64_t end() const noexcept { return base_ + bytes_.size(); }

  [[noreturn]] static void differ(std::uint64_t offset, std::byte got, std::byte expected,
                                  const char* where) {
    throw Mismatch(std::string(where) + ": byte at offset " + std::to_string(offset) + " is " +
                   std::to_string(std::to_integer<int>(got)) + ", expected " +
                   std::to_string(std::to_integer<int>(expected)));
  }

  std::uint64_t base_;
  std::vector<std::byte> bytes_;
};

// A directory of its own, removed at the end.
class Place {
 public:
  explicit Place(const std::string& parent) {
    std::string name = parent + "/ringproc-model-XXXXXX";
    require(::mkdtemp(name.data()) != nullptr, "mkdtemp in " + parent);
    path_ = name;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  static std::string in_memory() {
    return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : on_disk();
  }
  static std::string on_disk() { return std::filesystem::temp_directory_path().string(); }

 private:
  std::string path_;
};

// The file as the operating system has it, through a descriptor of its own.
class OnDisk {
 public:
  explicit OnDisk(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    require(fd_ >= 0, "cannot open " + path + " to look at it");
  }
  OnDisk(const OnDisk&) = delete;
  OnDisk& operator=(const OnDisk&) = delete;
  ~OnDisk() { ::close(fd_); }

  void compare_size(const Contents& expected, const char* where) const {
    struct stat status {};
    require(::fstat(fd_, &status) == 0, "fstat");
    require(static_cast<std::uint64_t>(status.st_size) == expected.size(),
            std::string(where) + ": size on disk is " + std::to_string(status.st_size) +
                ", expected " + std::to_string(expected.size()));
  }

  void compare(const Contents& expected, std::uint64_t offset, std::size_t wanted,
               const char* where) {
    buffer_.resize(expected.readable(offset, wanted));
    const auto got = ::pread(fd_, buffer_.data(), buffer_.size(), static_cast<::off_t>(offset));
    require(got == static_cast<::ssize_t>(buffer_.size()), std::string(where) + ": short pread");
    expected.compare(offset, buffer_, where);
  }

  // Everything from one page below the base to the end.
  void compare_all(const Contents& expected, const char* where) {
    compare_size(expected, where);
    const auto from = expected.base() > 4096 ? expected.base() - 4096 : 0;
    if (expected.size() > from) {
      compare(expected, from, static_cast<std::size_t>(expected.size() - from), where);
    }
  }

 private:
  int fd_;
  std::vector<std::byte> buffer_;
};

// Bytes to write: slices of one block of noise, so that making them costs nothing.
class Noise {
 public:
  explicit Noise(std::size_t longest) : bytes_(longest + kVariants) {
    Random random(1);
    for (auto& one : bytes_) one = static_cast<std::byte>(random.next());
  }
  [[nodiscard]] std::span<const std::byte> slice(Random& random, std::size_t size) const {
    return {bytes_.data() + random.below(kVariants), size};
  }

 private:
  static constexpr std::size_t kVariants = 64 * 1024;
  std::vector<std::byte> bytes_;
};

}  // namespace model
