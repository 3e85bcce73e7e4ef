// The lock that orders writers of one file. Any thread; held only for a copy, never while waiting
// for room or for I/O.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/os.hpp"

namespace ringproc::core {

// The word holds the owner's thread id; the top bit says that somebody waits. One exchange when
// uncontended. A contender waits in the OS and takes over from an owner that died (a thread killed
// at process exit on Windows).
class ProducerLock {
 public:
  // Returns true if it was taken over from a dead owner: what the lock protects may be half
  // changed. Blocks: while another thread copies.
  [[nodiscard]] bool lock() noexcept {
    std::uint32_t expected = 0;
    // acquire: pairs with the release in unlock().
    if (word_.compare_exchange_strong(expected, os::current_thread(), std::memory_order_acquire)) {
      return false;
    }
    return lock_contended();
  }

  // Returns: whether this thread has it now. For those who can do without.
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t expected = 0;
    // acquire: as in lock().
    return word_.compare_exchange_strong(expected, os::current_thread(), std::memory_order_acquire);
  }

  void unlock() noexcept {
    // Exchange, not store: the contended bit must not be lost between looking and clearing.
    if (word_.exchange(0, std::memory_order_release) & kContended) os::wake_one(word_);
  }

 private:
  static constexpr std::uint32_t kContended = 0x8000'0000u;

  bool lock_contended() noexcept;

  std::atomic<std::uint32_t> word_{0};
};

}  // namespace ringproc::core
