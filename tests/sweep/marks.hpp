// What a supervised program tells its supervisor: a call of prctl() that the kernel does not know.
// The thread stands still until the supervisor answers, so what it claims is judged at that very
// moment. Without a supervisor the kernel refuses it; then results go, as lines "OPERATION RESULT
// CAPABILITIES", to the descriptor that SWEEP_RESULTS names, if any.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace sweep {

inline constexpr unsigned long kMarks = 0x52494e47;
inline constexpr long kInThreads = 1'000'000;

enum class Mark : unsigned long {
  begin = 1,     // from here on calls count. Answer: which allocation is to fail, 0 none;
                 // kInThreads more: of the library's own threads
  returned = 2,  // operation a gave result b; c: capabilities of the file
  end = 3,       // everything is closed; a: allocations so far
  step = 4,      // scenario: it has come as far as a; b goes with it
};

inline void record(long a, long b, long c) {
  static const char* const given = std::getenv("SWEEP_RESULTS");
  if (!given) return;
  std::array<char, 80> line{};
  const int size = std::snprintf(line.data(), line.size(), "%ld %ld %ld\n", a, b, c);
  static_cast<void>(!::write(std::atoi(given), line.data(), static_cast<std::size_t>(size)));
}

inline long mark(Mark what, long a = 0, long b = 0, long c = 0) {
  const long answer = ::syscall(SYS_prctl, kMarks, static_cast<unsigned long>(what), a, b, c);
  if (answer < 0 && what == Mark::returned) record(a, b, c);
  return answer;
}

}  // namespace sweep
