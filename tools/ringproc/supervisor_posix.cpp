#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "os.hpp"
#include "supervisor.hpp"

namespace ringproc::tool {
namespace {

constexpr std::array<int, 3> kPassedOn = {SIGINT, SIGTERM, SIGHUP};

// Written before the handlers are installed, read by them.
volatile sig_atomic_t child_process = 0;

extern "C" void pass_on(int number) {
  const int saved = errno;
  static_cast<void>(kill(child_process, number));
  errno = saved;
}

bool is_ignored(int number) {
  struct sigaction now {};
  return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void begin_child(pid_t parent, const sigset_t& mask) {
  static_cast<void>(setpgid(0, 0));
  // In a group that does not own the terminal, writing to it must not stop the recording.
  static_cast<void>(signal(SIGTTOU, SIG_IGN));
  static_cast<void>(prctl(PR_SET_PDEATHSIG, SIGTERM));
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  os::set_supervisor(static_cast<std::uint32_t>(parent));
  // Dead already, before that was set.
  if (getppid() != parent) static_cast<void>(raise(SIGTERM));
}

}  // namespace

std::optional<ChildEnd> run_in_child() {
  sigset_t passed_on;
  sigset_t before;
  sigemptyset(&passed_on);
  for (const int number : kPassedOn) sigaddset(&passed_on, number);
  sigprocmask(SIG_BLOCK, &passed_on, &before);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child <= 0) {
    if (child == 0) begin_child(parent, before);
    if (child < 0) sigprocmask(SIG_SETMASK, &before, nullptr);
    return std::nullopt;
  }
  static_cast<void>(setpgid(child, child));  // the child does so as well: whoever is first
  child_process = child;
  std::array<struct sigaction, kPassedOn.size()> before_us{};
  for (std::size_t i = 0; i < kPassedOn.size(); ++i) {
    // As in StopSignals: a SIGHUP that was ignored (nohup) stays so; shells ignore SIGINT for `&`.
    if (kPassedOn[i] == SIGHUP && is_ignored(SIGHUP)) continue;
    struct sigaction action {};
    action.sa_handler = pass_on;
    action.sa_flags = SA_RESTART;
    static_cast<void>(sigaction(kPassedOn[i], &action, &before_us[i]));
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  // Waits without reaping: the number stays the child's for as long as signals are passed on to it.
  siginfo_t ended{};
  while (waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  for (std::size_t i = 0; i < kPassedOn.size(); ++i) {
    if (kPassedOn[i] == SIGHUP && is_ignored(SIGHUP)) continue;
    static_cast<void>(sigaction(kPassedOn[i], &before_us[i], nullptr));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ChildEnd end;
  end.process = static_cast<std::uint32_t>(child);
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.status = WEXITSTATUS(status);
  }
  return end;
}

std::string signal_name(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

}  // namespace ringproc::tool
