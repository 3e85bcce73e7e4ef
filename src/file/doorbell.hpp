// How a writer wakes the drain: `wake_at` is a position; the writer rings when `accepted` passes
// it.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace ringproc::core {

// Both sides change the word by exchange and look afterwards, all seq_cst: either the writer sees
// the armed position, or arm()'s caller, who looks at `accepted` after it, sees the writer's bytes.
// (A release store followed by a load loses wake-ups, on x86 too.)
class Doorbell {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  // Writer, after the exchange that published `accepted`: true if this writer is the one to ring.
  [[nodiscard]] bool crossed(std::uint64_t accepted) noexcept {
    return accepted > wake_at_.load(std::memory_order_seq_cst) && take();
  }

  // Scheduler: ring when `accepted` passes this; the caller must look at `accepted` afterwards.
  void arm(std::uint64_t position) noexcept {
    wake_at_.exchange(position, std::memory_order_seq_cst);
  }

  // Scheduler: no ringing, somebody is at work. Also how one of several claims the bell: true for
  // one of them.
  bool take() noexcept { return wake_at_.exchange(kNever, std::memory_order_seq_cst) != kNever; }

 private:
  std::atomic<std::uint64_t> wake_at_{0};
};

}  // namespace ringproc::core
