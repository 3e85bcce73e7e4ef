// An open file of a region, and the lock on it that tells whether its owner lives. One .cpp per
// system. Any thread.
//
// On POSIX systems it is a record lock (F_SETLK): it belongs to the process, is not inherited by
// fork, and ends with the process. It also ends when the process closes *any* descriptor of the
// file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include "os/os.hpp"

namespace ringproc::core {

// Closing it gives up the lock.
class RegionFile {
 public:
  RegionFile() noexcept = default;
  explicit RegionFile(os::NativeHandle handle) noexcept : handle_(handle) {}
  RegionFile(RegionFile&& other) noexcept;
  RegionFile& operator=(RegionFile&& other) noexcept;
  ~RegionFile();

  [[nodiscard]] explicit operator bool() const noexcept { return handle_ != os::kNoHandle; }
  [[nodiscard]] os::NativeHandle native() const noexcept { return handle_; }

  // Takes the lock without waiting. Returns: 0 when this process has it, else the process that does
  // (UINT32_MAX: one that cannot be named). Errors: locks do not work here.
  [[nodiscard]] std::uint32_t lock(std::error_code& error) const noexcept;
  // Who has the lock; 0 if nobody but perhaps this process.
  [[nodiscard]] std::uint32_t locked_by() const noexcept;

  struct Facts {
    std::uint64_t size = 0;
    std::uint64_t held_bytes = 0;  // memory in use
    std::uint32_t owner = 0;       // user
    bool regular = false;
    bool linked = false;  // still has a name
  };
  [[nodiscard]] Facts facts() const noexcept;

  [[nodiscard]] std::error_code resize(std::uint64_t size) const noexcept;
  // Returns: bytes read, fewer at the end of the file.
  [[nodiscard]] std::size_t read_at(std::span<std::byte> to, std::uint64_t offset) const noexcept;
  // Within one page: whole or not at all, also when the process is killed.
  [[nodiscard]] std::error_code write_at(std::span<const std::byte> data,
                                         std::uint64_t offset) const noexcept;

 private:
  os::NativeHandle handle_ = os::kNoHandle;
};

}  // namespace ringproc::core
