// A program whose system calls its supervisor answers, by a filter of the kernel's (seccomp with
// user notification): works on any program, sees every thread, counts over the whole process, and
// needs no privilege. Used by one thread.
#pragma once

#include <signal.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "crash/process.hpp"

namespace sweep {

struct Call {
  std::uint64_t id = 0;  // for answer()
  int thread = 0;
  int number = 0;  // SYS_*
  std::array<std::uint64_t, 6> args{};
  [[nodiscard]] int descriptor() const { return static_cast<int>(args[0]); }
};

struct Answer {
  enum Kind { go_on, fail, give, hold } kind = go_on;
  std::int64_t value = 0;  // fail: the error number; give: what the call returns

  static Answer error(int number) { return {fail, number}; }
  static Answer result(std::int64_t value) { return {give, value}; }
};

class Supervised;

// What is done about a call. The thread that made it waits.
class Supervisor {
 public:
  virtual ~Supervisor() = default;
  virtual Answer call(Supervised& program, const Call& call) = 0;
};

enum class Ended { by_itself, by_signal, hung };

struct Ending {
  Ended how = Ended::by_itself;
  int status = 0;  // exit status or signal
};

class Supervised {
 public:
  // Starts the program; the calls of these numbers, and marks, come to the supervisor.
  Supervised(crash::Words argv, const crash::Words& environment, std::span<const int> calls);
  ~Supervised();
  Supervised(const Supervised&) = delete;
  Supervised& operator=(const Supervised&) = delete;

  // Whether this kernel, and whatever confines this process, allows it. Why not: *reason.
  [[nodiscard]] static bool is_possible(std::string* reason);

  // Until the program has ended. One that has not by then hangs, and is killed: they take a tenth
  // of a second, so nothing else is judged by time.
  Ending run(Supervisor& supervisor, std::chrono::seconds patience = std::chrono::seconds(20));

  // Answers a call that was held.
  void answer(const Call& call, const Answer& answer);

  // The program's memory, and what its descriptors stand for.
  bool read(std::uint64_t address, std::span<std::byte> into) const;
  [[nodiscard]] std::string name_of(int descriptor) const;
  // A descriptor of the supervisor's own for the same file; -1: none.
  [[nodiscard]] int open_again(int descriptor, int flags) const;
  [[nodiscard]] pid_t pid() const { return process_.pid(); }

 private:
  bool next(Supervisor& supervisor);

  int channel_[2] = {-1, -1};
  crash::Process process_;
  int listener_ = -1;
};

}  // namespace sweep
