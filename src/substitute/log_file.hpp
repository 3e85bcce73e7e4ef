// The file of `ringproc run --log`: one line per file that the program closed, appended whole, also
// when several processes write to it. Any thread; blocks at most kLogWaitMs on other processes.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "ringproc/mmio.h"

namespace ringproc::substitute {

inline constexpr DWORD kLogWaitMs = 2'000;

class LogFile {
 public:
  // Until then write() does nothing. Returns: empty, or why the file cannot be written to.
  [[nodiscard]] std::string open(const std::wstring& path);
  // Effect: appends "PROGRAM[PID] text\n". What cannot be written is forgotten: the program must
  // not notice.
  void write(std::string_view text) const noexcept;
  // The same when no other thread lives: neither waits nor allocates; long lines are cut.
  void write_at_exit(std::string_view text, std::string_view quoted) noexcept;

 private:
  void append(std::string_view line, DWORD wait_ms) const noexcept;

  HANDLE file_ = INVALID_HANDLE_VALUE;
  HANDLE turn_ = nullptr;  // a mutex that all processes on this log share
  std::string prefix_;
  std::array<char, 4096> last_line_{};
};

[[nodiscard]] LogFile& log_file() noexcept;

}  // namespace ringproc::substitute
