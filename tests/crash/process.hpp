// Programs that are started, followed, killed and reaped. Used by the tests' one thread.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern char** environ;

namespace crash {

using Words = std::vector<std::string>;

// environ with these NAME=VALUE on top, and without the RINGPROC_ settings of whoever runs the
// tests, but for the deliberate bug.
inline Words environment_with(const Words& extra) {
  const auto replaced = [&](std::string_view entry) {
    const auto name = entry.substr(0, entry.find('=') + 1);
    for (const auto& one : extra) {
      if (one.starts_with(name)) return true;
    }
    if (entry.starts_with("RINGPROC_MUTANT=")) return false;
    return entry.starts_with("RINGPROC_") || entry.starts_with("LD_PRELOAD=");
  };
  Words all = extra;
  for (char** one = environ; *one != nullptr; ++one) {
    if (!replaced(*one)) all.emplace_back(*one);
  }
  return all;
}

// The sanitizers must not mind that another library comes first.
inline std::string asan_options() {
  const char* options = std::getenv("ASAN_OPTIONS");
  return std::string("ASAN_OPTIONS=") + (options == nullptr ? "" : options) +
         ":verify_asan_link_order=0";
}

// ThreadSanitizer would wait a second at each exit.
inline std::string tsan_options() {
  const char* options = std::getenv("TSAN_OPTIONS");
  return std::string("TSAN_OPTIONS=") + (options == nullptr ? "" : options) + " atexit_sleep_ms=0";
}

inline std::vector<char*> pointers(Words& words) {
  std::vector<char*> all;
  for (auto& one : words) all.push_back(one.data());
  all.push_back(nullptr);
  return all;
}

class Process {
 public:
  static constexpr int kSignal = 1000;  // wait(): added to the signal that killed it

  // before_exec: runs in the child; false ends it with status 126. Killed when this process dies.
  Process(Words argv, const Words& extra_environment,
          const std::function<bool()>& before_exec = {}) {
    auto environment = environment_with(extra_environment);
    const auto argument_pointers = pointers(argv);
    const auto environment_pointers = pointers(environment);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (before_exec && !before_exec()) ::_exit(126);
      ::execve(argument_pointers[0], argument_pointers.data(), environment_pointers.data());
      ::_exit(127);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  ~Process() {
    if (pid_ <= 0) return;
    kill9();
    wait();
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  void kill9() const { ::kill(pid_, SIGKILL); }

  // Returns: whether it has ended; it is not reaped.
  [[nodiscard]] bool ended(bool wait_for_it = false) const {
    siginfo_t info{};
    const int flags = WEXITED | WNOWAIT | (wait_for_it ? 0 : WNOHANG);
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, flags) != 0 && errno == EINTR) {
    }
    return info.si_pid == pid_;
  }

  // Reaps. Returns: the exit status, or kSignal + the signal.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kSignal + WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
};

// A moment that is not the scheduler's: about a nanosecond a turn.
inline void spin(std::uint64_t turns) {
  for (std::uint64_t i = 0; i < turns; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
}

inline constexpr int kKilled = Process::kSignal + SIGKILL;

inline int run(const Words& argv, const Words& extra_environment) {
  return Process(argv, extra_environment).wait();
}

}  // namespace crash
