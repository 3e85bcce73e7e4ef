// ringproc's own error codes beside the system's, as std::error_code. Any thread; never throws.
#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "ringproc/export.h"

namespace ringproc {

// Values equal the RINGPROC_E_* constants of ringproc.h.
enum class Errc : int {
  overrun = -65537,
  timeout = -65538,
  stale_handle = -65539,
  forked = -65540,
  sharing = -65541,
  invalid = -65542,
  option = -65543,
  access = -65544,
  not_a_file = -65545,
  limit = -65546,
  refused = -65547,
  unwritten = -65548,
  survive = -65549,
};

[[nodiscard]] RINGPROC_API const std::error_category& error_category() noexcept;
[[nodiscard]] std::error_code make_error_code(Errc code) noexcept;

namespace core {

// Not in std::errc, and not known to every system.
#ifdef EDQUOT
inline constexpr int kQuotaExceeded = EDQUOT;
#else
inline constexpr int kQuotaExceeded = ENOSPC;
#endif

// No room for more bytes: a full disk, or a used-up quota.
[[nodiscard]] inline bool is_disk_full(const std::error_code& error) noexcept {
  return error == std::errc::no_space_on_device ||
         (error.value() == kQuotaExceeded && error.category() != error_category());
}

// The C API's form: 0, -errno for system errors, the RINGPROC_E_* value for our own.
[[nodiscard]] int to_c_code(const std::error_code& error) noexcept;
[[nodiscard]] std::error_code from_c_code(std::int64_t code) noexcept;
// Of errno values: what all rooms report, on every system.
[[nodiscard]] const std::error_category& errno_category() noexcept;

}  // namespace core
}  // namespace ringproc

template <>
struct std::is_error_code_enum<ringproc::Errc> : std::true_type {};
