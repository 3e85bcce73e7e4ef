// Programs that a row needs beside it: fio, strace, a file system. They end with who started them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

using Words = std::vector<std::string>;

class Process {
 public:
  // Standard input is empty; output and errors go to the files named ("" is /dev/null). more:
  // NAME=VALUE on top of the environment. Errors: std::runtime_error; NotHere if there is no such
  // program.
  Process(const Words& argv, const std::string& output, const std::string& errors,
          const Words& more = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills it if it still runs

  void signal(int number) const;
  // Returns: the exit status, or 1000 + the signal that ended it.
  int wait();

 private:
  pid_t pid_ = 0;
};

[[nodiscard]] std::string contents_of(const std::string& file);

// Runs a program to its end. Returns: its output. Errors: as above; std::runtime_error with what it
// said if its exit status is not 0. scratch: where its output is kept meanwhile.
std::string run_program(const Words& argv, const std::string& scratch, const Words& more = {});

}  // namespace bench
