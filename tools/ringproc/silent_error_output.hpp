// Nothing reaches standard error while it lives: sound libraries tell there of everything that they
// do not find. POSIX only. Threads: while no other one writes there.
#pragma once

namespace ringproc::tool {

class SilentErrorOutput {
 public:
  SilentErrorOutput();
  ~SilentErrorOutput();
  SilentErrorOutput(const SilentErrorOutput&) = delete;
  SilentErrorOutput& operator=(const SilentErrorOutput&) = delete;

 private:
  int kept_;  // what standard error was; -1: nothing was changed
};

}  // namespace ringproc::tool
