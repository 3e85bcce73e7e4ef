#include "input_pump_win32.hpp"

#include <windows.h>

#include <algorithm>
#include <thread>

namespace ringproc::tool::os {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

}  // namespace

InputPump& input_pump() noexcept {
  static InputPump* const leaked = new InputPump;
  return *leaked;
}

// Requires: m_ is held.
std::error_code InputPump::start() {
  try {
    bytes_.resize(kReadBytes);
    std::thread([this] { read_on(); }).detach();
  } catch (const std::system_error& error) {
    return error.code();
  }
  started_ = true;
  return {};
}

InputResult InputPump::take(std::span<std::byte> into) noexcept {
  std::unique_lock lock(m_);
  if (!started_) {
    if (const auto error = start()) return {0, error};
  }
  changed_.wait(lock, [this] { return begin_ < end_ || ended_ || stopped_; });
  if (stopped_) return {};
  if (begin_ == end_) return {0, error_};
  const std::size_t count = std::min(into.size(), end_ - begin_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_), count, into.begin());
  begin_ += count;
  if (begin_ == end_) changed_.notify_all();
  return {count, {}};
}

void InputPump::stop() noexcept {
  const std::lock_guard lock(m_);
  stopped_ = true;
  changed_.notify_all();
}

// Its thread's whole life. The end of a pipe is an error of its own here.
void InputPump::read_on() {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  for (;;) {
    DWORD count = 0;
    const bool read =
        ReadFile(input, bytes_.data(), static_cast<DWORD>(bytes_.size()), &count, nullptr) != 0;
    const DWORD error = read ? ERROR_SUCCESS : GetLastError();
    std::unique_lock lock(m_);
    begin_ = 0;
    end_ = count;
    ended_ = count == 0;
    const bool good = read || error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF;
    if (!good) error_ = {static_cast<int>(error), std::system_category()};
    changed_.notify_all();
    if (ended_) return;
    changed_.wait(lock, [this] { return begin_ == end_; });
  }
}

}  // namespace ringproc::tool::os
