// ringproc, the C++ API: the same files as in ringproc.h, whose rules and comments on effect,
// threads and blocking hold here too; std::error_code instead of numbers, a move-only handle,
// std::span.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "ringproc/options.hpp"
#include "ringproc/ringproc.h"

namespace ringproc {

namespace core {
class Handle;
}

// The category of the RINGPROC_E_* values; system errors are in std::system_category().
[[nodiscard]] RINGPROC_API const std::error_category& error_category() noexcept;

enum class Mode : unsigned {
  read = RINGPROC_READ,
  write = RINGPROC_WRITE,
  create = RINGPROC_CREATE,
  deny_read = RINGPROC_DENY_READ,
  deny_write = RINGPROC_DENY_WRITE,
};
constexpr Mode operator|(Mode a, Mode b) noexcept {
  return static_cast<Mode>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

enum class Origin { begin, current, end };

// How much of a request was done. With an error, bytes is 0 and nothing was accepted or read.
struct Count {
  std::size_t bytes = 0;
  std::error_code error;
};

using Stats = ringproc_stats;

struct FailureReport {
  std::error_code error;  // none: no failure
  int operation = RINGPROC_OP_NONE;
  std::uint64_t file_offset = 0;
  std::uint64_t position = 0;
  std::uint64_t durable = 0;
};

// Applies text ("ring=64M,on_full=fail") to options. Returns: an empty string, or a message that
// names the key or value.
[[nodiscard]] RINGPROC_API std::string parse_options(std::string_view text, Options& options);

// A handle. Moving it while another thread uses it is a race; flush, write_at, stats and failure
// may be called from other threads while one writes.
class RINGPROC_API File {
 public:
  // Errors: see ringproc_open. options: NULL for the process's defaults.
  [[nodiscard]] static File open(const std::string& path, Mode mode, std::error_code& error,
                                 const Options* options = nullptr);

  File() noexcept;
  File(File&&) noexcept;
  File& operator=(File&&) noexcept;  // closes what it held; an error of that goes to the log
  ~File();                           // closes; an error goes to the log: call close() to be told

  [[nodiscard]] explicit operator bool() const noexcept { return handle_ != nullptr; }

  [[nodiscard]] Count write(std::span<const std::byte> data) noexcept;
  [[nodiscard]] Count write_flush(std::span<const std::byte> data) noexcept;
  // At most RINGPROC_PATCH_MAX bytes; any thread.
  [[nodiscard]] Count write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept;
  [[nodiscard]] Count read(std::span<std::byte> to) noexcept;
  // Returns: the new offset; on error (a result below 0) the offset stays.
  std::uint64_t seek(std::int64_t offset, Origin origin, std::error_code& error) noexcept;
  [[nodiscard]] std::error_code flush() noexcept;
  [[nodiscard]] std::error_code close() noexcept;

  [[nodiscard]] std::error_code set_options(const Options& options) noexcept;
  [[nodiscard]] Stats stats() const noexcept;
  [[nodiscard]] FailureReport failure() const noexcept;
  // See ringproc_place_of.
  [[nodiscard]] std::string place() const;

 private:
  explicit File(std::unique_ptr<core::Handle> handle) noexcept;
  std::unique_ptr<core::Handle> handle_;
};

}  // namespace ringproc
