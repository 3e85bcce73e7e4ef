#include "file/producer_lock.hpp"

namespace ringproc::core {

bool ProducerLock::lock_contended() noexcept {
  using namespace std::chrono_literals;
  // Long enough to cost nothing, short enough that a killed owner does not hold up the process's
  // end.
  constexpr auto kLookForDeadOwner = 20ms;
  const std::uint32_t mine = os::current_thread() | kContended;
  std::uint32_t seen =
      word_.load(std::memory_order_relaxed);  // only a guess for the exchanges below
  for (;;) {
    if (seen == 0) {
      if (word_.compare_exchange_weak(seen, mine, std::memory_order_acquire)) return false;
      continue;
    }
    if (!(seen & kContended) &&
        !word_.compare_exchange_weak(seen, seen | kContended, std::memory_order_relaxed)) {
      continue;
    }
    const std::uint32_t held = seen | kContended;
    // A dead owner's number may have been given to this thread, which never asks twice.
    if ((seen & ~kContended) == os::current_thread() &&
        word_.compare_exchange_strong(seen, mine, std::memory_order_acquire)) {
      return true;
    }
    os::wait_on(word_, held, kLookForDeadOwner);
    seen = word_.load(std::memory_order_relaxed);
    if (seen == held && !os::thread_is_alive(seen & ~kContended) &&
        word_.compare_exchange_strong(seen, mine, std::memory_order_acquire)) {
      return true;
    }
  }
}

}  // namespace ringproc::core
