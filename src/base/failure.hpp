// The first error of a file, kept and told. Set once under the drain's state mutex; any thread may
// ask.
#pragma once

#include <atomic>
#include <cstdint>
#include <system_error>

namespace ringproc::core {

// Values equal RINGPROC_OP_*.
enum class Operation : std::int32_t {
  none = 0,
  write = 1,
  sync = 2,
  sync_name = 3,
  close = 4,
  accept = 5
};

struct Failure {
  std::error_code error;
  Operation operation = Operation::none;
  std::uint64_t file_offset = 0;
  std::uint64_t position = 0;
  std::uint64_t durable = 0;
};

// Not a mutex of its own: set() and get() are called under the owner's, failed() without.
class StickyFailure {
 public:
  [[nodiscard]] bool failed() const noexcept {
    // acquire: pairs with the release in set(); who sees it sees what led to it.
    return failed_.load(std::memory_order_acquire);
  }

  // Keeps the first failure; later ones are dropped on purpose, the first explains them.
  void set(const Failure& failure) noexcept {
    if (failed()) return;
    failure_ = failure;
    failed_.store(true, std::memory_order_release);
  }

  [[nodiscard]] const Failure& get() const noexcept { return failure_; }

 private:
  Failure failure_;
  std::atomic<bool> failed_{false};
};

}  // namespace ringproc::core
