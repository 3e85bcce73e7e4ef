// Advisory share modes between open file descriptions, also of other processes, by OFD byte-range
// locks on four reserved bytes far beyond any file. Any thread. Never waits for a lock and never
// changes the file.
#pragma once

#include <system_error>

namespace ringproc::core {

// What an open description does with the file, and what it denies to every other description.
struct ShareMode {
  bool read = false;
  bool write = false;
  bool deny_read = false;
  bool deny_write = false;
};

struct ShareResult {
  std::error_code error;
  // False: this file system, or a descriptor not open for reading, keeps no locks. Conflicts that
  // can be seen are still refused, but later openers do not see this description.
  bool locks_work = true;
};

// Effect: claims `wanted` for the open description behind `fd`, on top of `held`, which earlier
// calls claimed for it. The claim lasts until release_share() or until the last copy of fd is
// closed (fork and dup share it). Errors: device_or_resource_busy if another description denies
// what is wanted, or does what is denied; then only `held` is left. Two descriptions that claim
// conflicting modes at the same moment may both be refused. Threads: any; one at a time per fd.
// Blocks: never.
[[nodiscard]] ShareResult acquire_share(int fd, ShareMode wanted, ShareMode held = {}) noexcept;

// Effect: gives up what `held` claims and `wanted` does not; the rest stays claimed throughout.
// Threads: as above. Blocks: never.
void reduce_share(int fd, ShareMode wanted, ShareMode held) noexcept;

// Returns: whether another description claims to write. Threads: any. Blocks: never.
[[nodiscard]] bool others_write(int fd) noexcept;

// Effect: gives up everything claimed for the open description behind `fd`. Threads: any. Blocks:
// never.
void release_share(int fd) noexcept;

}  // namespace ringproc::core
