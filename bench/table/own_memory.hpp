// What this process has resident, shared memory counted whether it is mapped or not; its threads;
// the CPU time it has used.
#pragma once

#include <cstdint>

namespace bench {

// Private and file-backed pages by /proc/self/smaps_rollup, plus all pages of the files of a tmpfs
// that it holds open (rings).
[[nodiscard]] std::uint64_t resident_bytes();
[[nodiscard]] int threads();
// User and system time of the whole process.
[[nodiscard]] double cpu_seconds();

}  // namespace bench
