// A file in memory whose calls can be made to fail, fall short, or call back. As with the real
// backends, a write and a sync may run at once; the test reads the disk when they do not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "backend/backend.hpp"

namespace ringproc::core {

struct FakeDisk {
  std::vector<std::byte> bytes;                                 // what the OS has
  std::vector<std::byte> durable;                               // what survives a power cut
  std::vector<std::pair<std::uint64_t, std::uint64_t>> writes;  // (offset, length) of each call
  int syncs = 0;
  int name_syncs = 0;
  std::size_t most_per_write = SIZE_MAX;
  std::function<std::error_code(int call)>
      on_write;  // before the call; an error makes it take nothing
  std::function<std::error_code(int call)> on_sync;
  bool can_direct = false;  // else such writes are refused
  std::vector<std::pair<std::uint64_t, std::uint64_t>> direct_writes;  // those of writes
  bool misaligned = false;  // a direct write was not of whole blocks in aligned memory
  bool can_reserve = false;
  std::error_code reserve_error;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> reserved;  // (from, to) of each call
  std::vector<std::uint64_t> truncations;                         // sizes
  bool others_write = false;                                      // another process says so
  bool has_local_times = false;
  std::error_code name_error;
  std::error_code read_error;

  [[nodiscard]] std::string text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

class FakeBackend final : public Backend {
 public:
  explicit FakeBackend(FakeDisk& disk) : disk_(disk) {}

  IoResult write_at(std::span<const std::span<const std::byte>> parts,
                    std::uint64_t offset) noexcept override {
    if (disk_.on_write) {
      if (auto error = disk_.on_write(++calls_)) return {0, error};
    }
    const std::lock_guard lock(m_);
    std::size_t done = 0;
    for (const auto& part : parts) {
      const std::size_t n = std::min(part.size(), disk_.most_per_write - done);
      if (n == 0) break;
      const std::size_t at = static_cast<std::size_t>(offset) + done;
      if (disk_.bytes.size() < at + n) disk_.bytes.resize(at + n);
      std::memcpy(disk_.bytes.data() + at, part.data(), n);
      done += n;
    }
    disk_.writes.emplace_back(offset, done);
    return {done, {}};
  }

  IoResult write_direct_at(std::span<const std::span<const std::byte>> parts,
                           std::uint64_t offset) noexcept override {
    if (auto error = prepare_direct()) return {0, error};
    bool misaligned = offset % kDirectBlock != 0;
    for (const auto& part : parts) {
      misaligned |= part.size() % kDirectBlock != 0 ||
                    reinterpret_cast<std::uintptr_t>(part.data()) % kDirectBlock != 0;
    }
    const IoResult result = write_at(parts, offset);
    const std::lock_guard lock(m_);
    disk_.misaligned |= misaligned;
    if (result.bytes > 0) disk_.direct_writes.emplace_back(offset, result.bytes);
    return result;
  }
  std::error_code prepare_direct() noexcept override {
    return disk_.can_direct ? std::error_code{} : std::make_error_code(std::errc::not_supported);
  }
  bool can_write_direct() const noexcept override { return disk_.can_direct; }
  std::error_code reserve(std::uint64_t from, std::uint64_t to) noexcept override {
    if (!disk_.can_reserve) return std::make_error_code(std::errc::not_supported);
    if (disk_.reserve_error) return disk_.reserve_error;
    disk_.reserved.emplace_back(from, to);
    return {};
  }
  bool is_sole_writer() const noexcept override { return !disk_.others_write; }

  IoResult read_at(std::span<std::byte> to, std::uint64_t offset) noexcept override {
    if (disk_.read_error) return {0, disk_.read_error};
    const std::lock_guard lock(m_);
    if (offset >= disk_.bytes.size()) return {};
    const std::size_t n =
        std::min(to.size(), disk_.bytes.size() - static_cast<std::size_t>(offset));
    std::memcpy(to.data(), disk_.bytes.data() + offset, n);
    return {n, {}};
  }

  std::error_code sync() noexcept override {
    // Bytes written during the sync are not covered. The lock is not held then.
    std::vector<std::byte> before = [&] {
      const std::lock_guard lock(m_);
      return disk_.bytes;
    }();
    ++disk_.syncs;
    if (disk_.on_sync) {
      if (auto error = disk_.on_sync(disk_.syncs)) return error;
    }
    disk_.durable = std::move(before);
    return {};
  }

  std::error_code sync_name() noexcept override {
    ++disk_.name_syncs;
    return disk_.name_error;
  }

  std::error_code truncate(std::uint64_t size) noexcept override {
    const std::lock_guard lock(m_);
    disk_.bytes.resize(static_cast<std::size_t>(size));
    disk_.truncations.push_back(size);
    return {};
  }
  FileState state(std::error_code& error) noexcept override {
    error = {};
    const std::lock_guard lock(m_);
    return {{1, 1}, disk_.bytes.size(), 1, 2, 3};
  }
  bool has_local_times() noexcept override { return disk_.has_local_times; }
  void set_path(std::string path) override { path_ = std::move(path); }
  std::string path() const override { return path_; }
  std::string findable_path() const override { return path_; }
  std::error_code share(const OpenRequest&) noexcept override { return {}; }
  void abandon() noexcept override {}
  bool locks() const noexcept override { return true; }
  std::intptr_t native() const noexcept override { return 77; }
  void release(std::uint64_t) noexcept override {}
  std::error_code close() noexcept override { return {}; }

 private:
  FakeDisk& disk_;
  std::mutex m_;  // guards the disk's bytes and list of writes
  int calls_ = 0;
  std::string path_ = "/fake";
};

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::error_code io_error() { return std::make_error_code(std::errc::io_error); }
inline std::error_code full_disk() { return std::make_error_code(std::errc::no_space_on_device); }

}  // namespace ringproc::core
