// What the tests on a bad disk share: the disk, files as users open them, and what they ask. All
// tests here go through the public interfaces.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bad_disk/mount.hpp"
#include "ringproc/procedure.h"
#include "ringproc/ringproc.hpp"

namespace faults {

using ringproc::File;
using ringproc::Mode;
using ringproc::Options;
using ringproc::Origin;

inline constexpr auto kReadWrite = Mode::read | Mode::write;
inline constexpr auto kCreate = kReadWrite | Mode::create;

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// Text in which no two sectors are the same, and no byte is zero.
inline std::string text_of(std::size_t size, unsigned seed = 1) {
  std::string text(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& one : text) {
    state = state * 1664525U + 1013904223U;
    one = static_cast<char>('!' + (state >> 24) % 90);
  }
  return text;
}

inline std::string on_disk(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::string text(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

// For contents that are too long to be printed. Returns: where they differ; empty: nowhere.
inline std::string difference(std::string_view found, std::string_view expected) {
  if (found == expected) return "";
  const auto at = std::ranges::mismatch(found, expected).in1 - found.begin();
  return std::to_string(found.size()) + " bytes instead of " + std::to_string(expected.size()) +
         ", differing from byte " + std::to_string(at) + " on";
}

// What is wrong with a file as everybody sees it.
inline std::string wrong_in(const std::string& path, std::string_view expected) {
  return difference(on_disk(path), expected);
}

// "ring=64K,age=5ms"
inline Options options_of(std::string_view text) {
  Options options;
  if (const auto problem = ringproc::parse_options(text, options); !problem.empty()) {
    throw std::runtime_error(problem);
  }
  return options;
}

inline File open(const std::string& path, Mode mode, std::string_view options = "") {
  const Options chosen = options_of(options);
  std::error_code error;
  auto file = File::open(path, mode, error, &chosen);
  EXPECT_FALSE(error) << path << ": " << error.message();
  return file;
}

// The error of an open; none: it was granted, and closed again.
inline std::error_code open_error(const std::string& path, Mode mode) {
  std::error_code error;
  auto file = File::open(path, mode, error);
  return error;
}

// Until it holds; no more than 20 s. For what no call waits for.
template <typename Holds>
[[nodiscard]] bool eventually(Holds holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// A file as an mmio program has it, unbuffered, with the procedure.
class Mmio {
 public:
  Mmio(std::string path, DWORD flags, const char* options = "") {
    ringproc_options chosen{};
    chosen.size = sizeof chosen;
    if (ringproc_options_init(&chosen) != 0 ||
        ringproc_options_parse(&chosen, options, nullptr, 0) != 0) {
      throw std::runtime_error(options);
    }
    ringproc_set_path_options(path.c_str(), &chosen);
    MMIOINFO info{};
    info.pIOProc = ringproc_ioproc;
    handle_ = mmioOpen(path.data(), &info, flags);
    open_error_ = info.wErrorRet;
    ringproc_set_path_options(path.c_str(), nullptr);
  }
  ~Mmio() {
    if (handle_ != nullptr) mmioClose(handle_, 0);
  }
  Mmio(const Mmio&) = delete;
  Mmio& operator=(const Mmio&) = delete;

  [[nodiscard]] bool opened() const { return handle_ != nullptr; }
  [[nodiscard]] UINT open_error() const { return open_error_; }
  // A message to the procedure, which mmioSendMessage passes on only if it is a user's.
  LRESULT send(UINT message, const void* first = nullptr, std::size_t second = 0) {
    MMIOINFO info{};
    if (mmioGetInfo(handle_, &info, 0) != MMSYSERR_NOERROR) return MMSYSERR_INVALHANDLE;
    return ringproc_ioproc(reinterpret_cast<LPSTR>(&info), message, reinterpret_cast<LPARAM>(first),
                           static_cast<LPARAM>(second));
  }
  LRESULT write(std::string_view text) {
    return mmioWrite(handle_, text.data(), static_cast<LONG>(text.size()));
  }
  LRESULT write_flush(std::string_view text) {
    return send(MMIOM_WRITEFLUSH, text.data(), text.size());
  }
  LRESULT flush() { return mmioSendMessage(handle_, RINGPROC_MSG_FLUSH, 0, 0); }
  LRESULT read(std::size_t size) {
    std::string text(size, '\0');
    return send(MMIOM_READ, text.data(), size);
  }
  [[nodiscard]] LRESULT offset() { return send(MMIOM_SEEK, nullptr, SEEK_CUR); }
  [[nodiscard]] HMMIO handle() const { return handle_; }
  [[nodiscard]] UINT close() { return mmioClose(std::exchange(handle_, nullptr), 0); }
  ringproc_stats stats() {
    ringproc_stats stats{};
    stats.size = sizeof stats;
    EXPECT_EQ(send(RINGPROC_MSG_STATS, &stats), 1);
    return stats;
  }
  ringproc_failure failure() {
    ringproc_failure failure{};
    failure.size = sizeof failure;
    EXPECT_EQ(send(RINGPROC_MSG_FAILURE, &failure), 1);
    return failure;
  }

 private:
  HMMIO handle_ = nullptr;
  UINT open_error_ = 0;
};

// What the library logs while this object lives.
class Log {
 public:
  Log() {
    ringproc_set_log(
        [](void* self, const char* text) {
          auto& log = *static_cast<Log*>(self);
          const std::lock_guard lock(log.m_);
          log.text_ += std::string(text) + "\n";
        },
        this);
  }
  ~Log() { ringproc_set_log(nullptr, nullptr); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(m_);
    return text_;
  }
  [[nodiscard]] bool says(std::string_view part) { return text().find(part) != std::string::npos; }

 private:
  std::mutex m_;
  std::string text_;  // guarded by m_
};

class OnABadDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto obstacle = bad_disk::Mount::obstacle(); !obstacle.empty()) {
      GTEST_SKIP() << obstacle;
    }
    disk_.emplace();
    ASSERT_TRUE(disk_->mounted()) << "the bad disk cannot be mounted";
  }
  // So that no close of a failing test waits for a disk that hangs.
  void TearDown() override {
    if (disk_ && disk_->mounted()) disk_->clear();
  }

  [[nodiscard]] std::string path() const { return disk_->file("take"); }
  // The file of that name after a power cut now; none: its name is gone.
  [[nodiscard]] std::optional<std::string> after_a_cut(const std::string& survivors,
                                                       std::uint64_t seed = 0,
                                                       const std::string& name = "take") {
    const std::string file = disk_->image(survivors, seed) + "/" + name;
    if (!std::filesystem::exists(file)) return std::nullopt;
    return on_disk(file);
  }

  std::optional<bad_disk::Mount> disk_;
};

}  // namespace faults
