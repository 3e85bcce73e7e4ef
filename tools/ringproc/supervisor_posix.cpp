#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "os.hpp"
#include "supervisor.hpp"

namespace ringproc::tool {
namespace {

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
  os::set_supervisor({static_cast<std::uint32_t>(parent), os::kNothing});
  // Dead already, before that was set.
  if (getppid() != parent) static_cast<void>(raise(SIGTERM));
}

// Waits until the child has ended, without reaping it: its number stays its own for as long as
// signals are passed on to it. Requires: they are blocked.
void pass_signals_on(pid_t child, const sigset_t& awaited) {
  for (;;) {
    const int number = sigwaitinfo(&awaited, nullptr);
    if (number > 0 && number != SIGCHLD) static_cast<void>(kill(child, number));
    if (number != SIGCHLD) continue;
    siginfo_t ended{};
    const int result = waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (result < 0 || ended.si_pid == child) return;
  }
}

std::string signal_name(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

}  // namespace

std::optional<ChildEnd> run_in_child() {
  // No handlers: the parent takes signals when it waits for them. Also those that a shell has
  // ignored for `&`; but as in StopSignals a SIGHUP that was ignored (nohup) stays so.
  sigset_t awaited;
  sigset_t before;
  sigemptyset(&awaited);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&awaited, number);
  if (!is_ignored(SIGHUP)) sigaddset(&awaited, SIGHUP);
  static_cast<void>(signal(SIGCHLD, SIG_DFL));
  sigprocmask(SIG_BLOCK, &awaited, &before);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child <= 0) {
    if (child == 0) begin_child(parent, before);
    if (child < 0) sigprocmask(SIG_SETMASK, &before, nullptr);
    return std::nullopt;
  }
  static_cast<void>(setpgid(child, child));  // the child does so as well: whoever is first
  pass_signals_on(child, awaited);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  ChildEnd end;
  end.process = static_cast<std::uint32_t>(child);
  if (WIFSIGNALED(status)) {
    end.killed_by = signal_name(WTERMSIG(status));
  } else {
    end.status = WEXITSTATUS(status);
  }
  return end;
}

}  // namespace ringproc::tool
