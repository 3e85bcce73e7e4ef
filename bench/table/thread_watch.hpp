// What the kernel sees of a thread of this process: system calls, by strace, and page faults.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "bench/table/process.hpp"

namespace bench {

struct Seen {
  std::map<std::string, std::uint64_t> system_calls;  // by name; clock_nanosleep is not counted
  std::uint64_t page_faults = 0;
  [[nodiscard]] std::uint64_t calls() const;
};

class ThreadWatch {
 public:
  // Begins when the constructor returns. Errors: NotHere if threads cannot be traced.
  ThreadWatch(pid_t thread, const std::string& scratch);
  [[nodiscard]] Seen end();

 private:
  const pid_t thread_;
  const std::string report_;
  const std::string errors_;
  std::uint64_t faults_at_begin_ = 0;
  std::unique_ptr<Process> strace_;
};

}  // namespace bench
