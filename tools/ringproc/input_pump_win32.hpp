// Standard input on Windows: a read of a pipe cannot be waited for beside something else, so a
// thread of its own reads, and whoever wants bytes waits for that thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <system_error>
#include <vector>

#include "os.hpp"

namespace ringproc::tool::os {

class InputPump {
 public:
  // As read_input() and stop_input().
  [[nodiscard]] InputResult take(std::span<std::byte> into) noexcept;
  void stop() noexcept;

 private:
  [[nodiscard]] std::error_code start();
  void read_on();

  std::mutex m_;
  std::condition_variable changed_;
  std::vector<std::byte> bytes_;  // the reading thread's while begin_ == end_, else the taker's
  std::size_t begin_ = 0;         // guarded by m_
  std::size_t end_ = 0;           // guarded by m_
  std::error_code error_;         // guarded by m_
  bool started_ = false;          // guarded by m_
  bool ended_ = false;            // guarded by m_
  bool stopped_ = false;          // guarded by m_
};

// The process's one. Never destroyed: its thread may be reading when the process ends.
[[nodiscard]] InputPump& input_pump() noexcept;

}  // namespace ringproc::tool::os
