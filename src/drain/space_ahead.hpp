// Space beyond the end of a growing file, taken in large pieces ahead of the bytes, so that they
// and the syncs after them cost less; given back when the file is closed. Reserved, which leaves
// the size as it is, or (preallocate=written) filled with zeros inside the size: then a sync of
// bytes that replace them has no size and no blocks to tell the device. Belongs to the owner of the
// write step.
#pragma once

#include <atomic>
#include <cstdint>
#include <system_error>

#include "backend/backend.hpp"
#include "region/region.hpp"
#include "ringproc/options.hpp"

namespace ringproc::core {

class SpaceAhead {
 public:
  // claims: the backend that knows what other processes do with the file.
  SpaceAhead(Region& region, Backend& backend, Backend& claims) noexcept
      : region_(region), backend_(backend), claims_(claims) {}

  // Before anything is written. direct: whether the page cache may be passed by; size: the file's.
  void begin(Preallocate how, bool direct, std::uint64_t size) noexcept;

  // [from, to) is about to be written, its change begun: reserves what comes after it, if that is
  // worth it. `syncs`: so many of this file so far. A refusal is no error: it ends the reserving.
  void before_write(std::uint64_t from, std::uint64_t to, std::uint64_t syncs) noexcept;
  // Everything written before `to` is in the file.
  void wrote(std::uint64_t to) noexcept;
  // After a write of [from, to) that was noted: fills what comes behind the end with zeros, if that
  // is worth it. Errors: of writing, but a full disk is none.
  [[nodiscard]] std::error_code fill_ahead(std::uint64_t from, std::uint64_t to,
                                           std::uint64_t syncs) noexcept;
  // The file was cut to nothing.
  void cut() noexcept;
  // Nothing is written any more: the file ends where its bytes end. Nothing is done if anybody else
  // has changed the size, or may. Errors: the OS's.
  [[nodiscard]] std::error_code give_back() noexcept;

  // Any thread: whether space is taken, as far as nothing has refused it yet.
  [[nodiscard]] bool in_force() const noexcept { return in_force_.load(); }

 private:
  // False also where the file's state cannot be told: then `error` says why.
  [[nodiscard]] bool is_ours_alone(std::error_code& error) noexcept;
  [[nodiscard]] std::error_code fill() noexcept;
  [[nodiscard]] IoResult write_zeros(std::uint64_t at, std::uint64_t bytes) noexcept;

  Region& region_;
  Backend& backend_;
  Backend& claims_;
  Preallocate how_ = Preallocate::off;
  bool direct_ = false;
  std::uint64_t end_ = 0;       // of what was written, or was there at the beginning
  std::uint64_t appended_ = 0;  // bytes by which the file became longer
  std::uint64_t syncs_at_fill_ = 0;
  std::atomic<bool> in_force_{false};
};

}  // namespace ringproc::core
