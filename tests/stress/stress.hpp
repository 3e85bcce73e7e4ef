// What the stress tests share: self-describing contents, a directory, threads that are joined.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "ringproc/ringproc.hpp"

namespace stress {

// Sanitizers cost about a factor of ten; the same seconds then do fewer rounds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr unsigned kScale = 8;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr unsigned kScale = 8;
#else
inline constexpr unsigned kScale = 1;
#endif
#else
inline constexpr unsigned kScale = 1;
#endif

// The 8-byte word that version `version` of a file has at word number `index`.
constexpr std::uint64_t word(std::uint64_t index, std::uint64_t version = 0) noexcept {
  std::uint64_t x = index * 0x9e3779b97f4a7c15U + version * 0xd1b54a32d192ed03U + 1;
  x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9U;
  return x ^ (x >> 29);
}

// Words first..first + count - 1, as bytes in memory.
class Words {
 public:
  explicit Words(std::size_t most) : words_(most) {}
  std::span<const std::byte> fill(std::uint64_t first, std::size_t count,
                                  std::uint64_t version = 0) noexcept {
    for (std::size_t i = 0; i < count; ++i) words_[i] = word(first + i, version);
    return std::as_bytes(std::span(words_).first(count));
  }

 private:
  std::vector<std::uint64_t> words_;
};

// The number of words from `first` on that are as written; count if all are.
inline std::size_t words_right(std::span<const std::uint64_t> got, std::uint64_t first,
                               std::uint64_t version = 0) noexcept {
  std::size_t right = 0;
  while (right < got.size() && got[right] == word(first + right, version)) ++right;
  return right;
}

class Directory {
 public:
  Directory() {
    std::string name = std::filesystem::temp_directory_path().string() + "/ringproc-stress-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::vector<std::uint64_t> words_on_disk(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::uint64_t> words(bytes.size() / sizeof(std::uint64_t));
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * sizeof words[0]);
  return words;
}

inline ringproc::File open(const std::string& path, ringproc::Mode mode, std::uint64_t ring = 0) {
  ringproc::Options options;
  options.ring_bytes = ring;
  options.age = std::chrono::milliseconds(1);
  std::error_code error;
  auto file = ringproc::File::open(path, mode, error, &options);
  EXPECT_FALSE(error) << path << ": " << error.message();
  return file;
}

inline constexpr auto kReadWrite = ringproc::Mode::read | ringproc::Mode::write;
inline constexpr auto kCreate = kReadWrite | ringproc::Mode::create;

// Threads that all begin at one moment and are joined at the end of the scope.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { join(); }

  template <class Work>
  void add(Work work) {
    threads_.emplace_back([this, work]() mutable {
      begun_.wait(false);
      work();
    });
  }
  // Lets everybody go and waits for the end of all.
  void run() {
    begun_.store(true);
    begun_.notify_all();
    join();
  }

 private:
  void join() {
    begun_.store(true);
    begun_.notify_all();
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  std::atomic<bool> begun_{false};
  std::vector<std::thread> threads_;
};

}  // namespace stress
