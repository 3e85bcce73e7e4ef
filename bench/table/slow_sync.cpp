#include "bench/table/slow_sync.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace bench {
namespace {

// relaxed everywhere: it changes only between runs.
std::atomic<std::chrono::milliseconds::rep> g_delay_ms{0};

}  // namespace

void set_sync_delay(std::chrono::milliseconds delay) {
  g_delay_ms.store(delay.count(), std::memory_order_relaxed);
}

}  // namespace bench

// Before the C library's, because a program's own symbols come first.
extern "C" int fdatasync(int fd) {
  const std::chrono::milliseconds delay(bench::g_delay_ms.load(std::memory_order_relaxed));
  if (delay.count() != 0) std::this_thread::sleep_for(delay);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
