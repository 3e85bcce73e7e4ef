// powercut_guest JOB: the first process of the user-mode Linux. Makes the kernel usable, does the
// job, and switches off. Never returns.
#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "powercut/guest_calls.hpp"
#include "powercut/job.hpp"

namespace {

// The root is the host's, read-only, and stays in sight: everything else is below /dev.
void mount_all() {
  const auto mount = [](const char* type, const char* directory) {
    if (::mount(type, directory, type, 0, nullptr) < 0 && errno != EBUSY) {
      powercut::give_up(directory);
    }
  };
  mount("proc", "/proc");
  mount("sysfs", "/sys");
  mount("devtmpfs", "/dev");
  if (::mkdir("/dev/shm", 0777) < 0 && errno != EEXIST) powercut::give_up("/dev/shm");
  mount("tmpfs", "/dev/shm");  // where accepted bytes survive the process, but not the power
  if (::mkdir(powercut::kDisk, 0777) < 0) powercut::give_up(powercut::kDisk);
}

int work(const std::string& path) {
  powercut::say("ALIVE");
  mount_all();
  const powercut::Job job(path);
  const std::string& what = job.text("job");
  if (what == "replay") {
    powercut::replay(job);
  } else if (what == "endless") {
    powercut::endless(job);
  } else if (what == "inspect") {
    powercut::inspect(job);
  } else if (what == "bad_block") {
    powercut::bad_block(job);
  } else if (what == "record") {
    powercut::record(job);
  } else {
    powercut::say("BROKEN there is no job " + what);
    return 1;
  }
  return 0;
}

// Ends the wait below: a machine that nobody waits for any more must not stay.
constexpr unsigned kLongestSeconds = 300;
void wake_up(int) {}

}  // namespace

int main(int argc, char** argv) {
  struct sigaction action {};
  action.sa_handler = wake_up;
  static_cast<void>(::sigaction(SIGALRM, &action, nullptr));
  static_cast<void>(::alarm(kLongestSeconds));
  // In a child: the kernel panics when its first process ends.
  const pid_t child = ::fork();
  if (child == 0) ::_exit(argc > 1 ? work(argv[1]) : 2);
  int status = -1;
  for (;;) {
    const pid_t ended = ::wait(&status);
    if (ended == child || ended < 0) break;
  }
  powercut::say(status == 0 ? "DONE" : "BROKEN the guest's work failed");
  static_cast<void>(::reboot(RB_POWER_OFF));
  return 1;
}
