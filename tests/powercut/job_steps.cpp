// What the guest's jobs share.
#include <cstdlib>

#include "powercut/guest_calls.hpp"
#include "powercut/job.hpp"

namespace powercut {

void mount_or_give_up(const std::string& device, const Job& job) {
  std::string why;
  if (mount_disk(device, job.text("fs"), kDisk, why)) return;
  say("BROKEN cannot mount " + device + ": " + why);
  std::exit(3);
}

int run_program(const Job& job, const std::string& program, std::vector<std::string> arguments,
                const std::string& marks, const std::string& preload) {
  arguments.insert(arguments.begin(), program);
  // A host that is held up for long must not look like a disk that is.
  Child child{std::move(arguments), {"RINGPROC_OPTIONS=close_timeout=none," + job.text("options")}};
  if (!marks.empty()) child.environment.push_back("POWERCUT_MARKS=" + marks);
  // What machine.py may have wanted of the processor.
  if (const char* const tunables = std::getenv("GLIBC_TUNABLES")) {
    child.environment.push_back(std::string("GLIBC_TUNABLES=") + tunables);
  }
  const std::string& control = job.text("preload");
  child.environment.push_back("POWERCUT_CONTROL=" + job.text("control"));
  child.environment.push_back("LD_PRELOAD=" + preload + (control.empty() ? "" : ":" + control));
  return run(child);
}

}  // namespace powercut
