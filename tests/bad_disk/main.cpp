// bad_disk BACKING MOUNT_POINT SOCKET: a file system whose disk does as it is told, badly. See
// README.md. Ends, and unmounts itself, with its parent. libfuse's threads run the requests, one
// thread per connection the commands, one more the signals.
#include <pthread.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <thread>

#include "bad_disk/control.hpp"
#include "bad_disk/requests.hpp"

namespace {

// More than can hang at once in a test.
constexpr unsigned kThreads = 512;

std::string g_mount_point;

// The end, whatever hangs: with this process the kernel's connection goes, and with it the
// requests.
[[noreturn]] void leave() {
  static std::atomic_flag leaving;
  while (leaving.test_and_set()) ::pause();  // the other thread sees to it
  if (::umount2(g_mount_point.c_str(), MNT_DETACH) != 0) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execlp("fusermount3", "fusermount3", "-u", "-z", "-q", g_mount_point.c_str(), nullptr);
      ::_exit(127);
    }
    ::waitpid(pid, nullptr, 0);
  }
  ::_exit(0);
}

void leave_at_a_signal(sigset_t signals) {
  int signal = 0;
  ::sigwait(&signals, &signal);
  leave();
}

// Each file has a descriptor here, and each open one another.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  g_mount_point = argv[2];
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, one);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) return 1;
  raise_descriptor_limit();

  bad_disk::Disk disk{{}, bad_disk::Names(argv[1]), argv[1]};
  char name[] = "bad_disk";
  char* arguments[] = {name, nullptr};
  fuse_args args = FUSE_ARGS_INIT(1, arguments);
  const auto all = bad_disk::requests();
  fuse* fs = ::fuse_new(&args, &all, sizeof all, &disk);
  if (fs == nullptr || ::fuse_mount(fs, g_mount_point.c_str()) != 0) return 3;
  if (!bad_disk::serve(argv[3], disk.faults, disk.names)) leave();
  std::thread(leave_at_a_signal, signals).detach();
  std::puts("mounted");
  std::fflush(stdout);
  fuse_loop_config* config = ::fuse_loop_cfg_create();
  ::fuse_loop_cfg_set_max_threads(config, kThreads);
  ::fuse_loop_mt(fs, config);
  leave();
}
