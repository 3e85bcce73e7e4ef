// The options of an open file: those that may change while it is open are atomics, read by whoever
// waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "drain/drain.hpp"
#include "file/file.hpp"

namespace ringproc::core {

inline constexpr std::uint64_t kDefaultRing = sizeof(void*) >= 8 ? 16 * 1024 * 1024 : 1024 * 1024;

struct File::Settings {
  explicit Settings(const Options& from) : options(from) {}

  // Each is independent of the others and orders nothing: a change is in force from some moment on.
  [[nodiscard]] Options get() const {
    const std::lock_guard lock(m);
    return options;
  }

  mutable std::mutex m;
  Options options;  // guarded by m
};

inline Deadline deadline_after(std::chrono::milliseconds timeout) {
  if (timeout.count() == 0) return {};
  return Clock::now() + timeout;
}

inline Level level_of(Until until) { return until == Until::os ? Level::os : Level::device; }

}  // namespace ringproc::core
