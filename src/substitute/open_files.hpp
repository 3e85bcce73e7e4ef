// The files that were opened through the substituted procedure and are open. Any thread; blocks
// only on other callers' look-ups.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "ringproc/mmio.h"
#include "substitute/patching.hpp"

namespace ringproc::substitute {

struct CaughtFile {
  std::uint64_t key = 0;  // what ringproc's procedure left in adwInfo
  HMMIO handle = nullptr;
  std::string name;  // UTF-8, full
  Mechanism mechanism = Mechanism::other;
  bool writes = false;  // opened for writing
};

[[nodiscard]] inline std::uint64_t key_of(const MMIOINFO& info) noexcept {
  return std::uint64_t{info.adwInfo[2]} << 32 | info.adwInfo[1];
}

class OpenFiles {
 public:
  // Returns: false if there is no room (as many as winmm has handles).
  bool add(std::unique_ptr<CaughtFile> file);
  // The host tells the handle only when its open returns.
  void set_handle(std::uint64_t key, HMMIO handle);
  // Whether the handle is one of ours, and for writing.
  [[nodiscard]] bool writes(HMMIO handle);
  // Returns: NULL if there is none.
  [[nodiscard]] std::unique_ptr<CaughtFile> take(std::uint64_t key);

  // For the end of the process, when no other thread lives: takes no lock.
  template <typename Function>
  void visit_at_exit(Function function) const {
    const std::size_t used = used_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < used; ++i) {
      if (const CaughtFile* const file = files_[i].load(std::memory_order_acquire)) function(*file);
    }
  }

 private:
  static constexpr std::size_t kMost = 65536;

  // Changed under lock_. Atomic because a thread may be ended between any two instructions, and
  // visit_at_exit() looks then: an entry is NULL or complete.
  std::array<std::atomic<CaughtFile*>, kMost> files_{};
  std::atomic<std::size_t> used_{0};
  SRWLOCK lock_ = SRWLOCK_INIT;
};

[[nodiscard]] OpenFiles& open_files() noexcept;

}  // namespace ringproc::substitute
