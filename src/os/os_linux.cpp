#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
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

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Memory::~Memory() {
  if (data_) munmap(data_, size_);
}

Memory Memory::reserve(std::size_t bytes, std::error_code& error) noexcept {
  Memory memory;
  void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) {
    error = last_error(errno);
    return memory;
  }
  error = {};
  memory.data_ = static_cast<std::byte*>(at);
  memory.size_ = bytes;
  return memory;
}

std::error_code Memory::populate(std::size_t bytes) noexcept {
  if (madvise(data_, bytes, MADV_POPULATE_WRITE) == 0) return {};
  // Kernels before 5.14 do not know the call: pages then come on first touch.
  return errno == EINVAL ? std::error_code{} : last_error(errno);
}

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::uint64_t available_memory() {
  std::ifstream info("/proc/meminfo");
  for (std::string key, unit; info >> key;) {
    std::uint64_t kib = 0;
    if (!(info >> kib)) break;
    if (key == "MemAvailable:") return kib * 1024;
    std::getline(info, unit);
  }
  return UINT64_MAX;
}

std::uint32_t process_id() noexcept { return static_cast<std::uint32_t>(getpid()); }

std::uint64_t wall_clock_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::string boot_id() {
  std::string text;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), text);
  return text;
}

void at_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept {
  child_handler = child;
  static_cast<void>(pthread_atfork(prepare, parent, run_child_handler));
}

}  // namespace ringproc::core::os
