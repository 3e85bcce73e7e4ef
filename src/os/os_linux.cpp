#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <utility>

#include "os/os.hpp"

namespace ringproc::core::os {
namespace {

std::error_code last_error(int error) { return {error, std::system_category()}; }

// Zeroed in a forked child (its thread has a new id); see at_fork.
thread_local ThreadId cached_thread = 0;

void (*child_handler)() = nullptr;

void run_child_handler() {
  cached_thread = 0;
  child_handler();
}

void* run_body(void* raw) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(raw));
  (*body)();
  return nullptr;
}

}  // namespace

void wait_on(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
             std::chrono::nanoseconds timeout) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit{static_cast<time_t>(seconds.count()),
                       static_cast<long>((timeout - seconds).count())};
  // Every outcome (woken, changed before, timed out, interrupted) means: the caller looks again.
  static_cast<void>(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, &limit, nullptr, 0));
}

void wake_one(std::atomic<std::uint32_t>& word) noexcept {
  static_cast<void>(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0));
}

ThreadId current_thread() noexcept {
  if (cached_thread == 0) cached_thread = static_cast<ThreadId>(syscall(SYS_gettid));
  return cached_thread;
}

bool thread_is_alive(ThreadId thread) noexcept {
  return syscall(SYS_tgkill, getpid(), thread, 0) == 0 || errno != ESRCH;
}

std::error_code start_thread(const char* name, std::function<void()> body) {
  auto owned = std::make_unique<std::function<void()>>(std::move(body));
  pthread_attr_t attributes;
  if (const int error = pthread_attr_init(&attributes)) return last_error(error);
  cpu_set_t all;
  CPU_ZERO(&all);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) CPU_SET(cpu, &all);
  const sched_param ordinary{};
  // An opener on a real-time or pinned thread must not pass that on. Refusals leave the inherited
  // setting, which works.
  static_cast<void>(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED));
  static_cast<void>(pthread_attr_setschedpolicy(&attributes, SCHED_OTHER));
  static_cast<void>(pthread_attr_setschedparam(&attributes, &ordinary));
  static_cast<void>(pthread_attr_setaffinity_np(&attributes, sizeof all, &all));
  static_cast<void>(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));

  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, run_body, owned.get());
  if (error == 0) {
    static_cast<void>(owned.release());
    static_cast<void>(pthread_setname_np(thread, name));
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error ? last_error(error) : std::error_code{};
}

// exit() runs its handlers beside the other threads.
bool process_is_ending() noexcept { return false; }

void write_error_line(std::initializer_list<std::string_view> parts) noexcept {
  // Nobody is left to be told that it could not be told.
  for (const std::string_view part : parts) {
    static_cast<void>(!::write(STDERR_FILENO, part.data(), part.size()));
  }
}

std::uint32_t process_id() noexcept { return static_cast<std::uint32_t>(getpid()); }

std::uint64_t wall_clock_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

const std::string& boot_id() {
  static const std::string* const leaked = [] {
    auto* const text = new std::string;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), *text);
    return text;
  }();
  return *leaked;
}

void at_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept {
  child_handler = child;
  static_cast<void>(pthread_atfork(prepare, parent, run_child_handler));
}

}  // namespace ringproc::core::os
