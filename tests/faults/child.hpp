// A program of its own that uses the library and ends, however the disk is: faults_child, or
// another. Its standard error is read here.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

extern char** environ;

namespace faults {

class Child {
 public:
  explicit Child(std::vector<std::string> arguments, const std::string& program = FAULTS_CHILD) {
    arguments.insert(arguments.begin(), program);
    std::vector<char*> argv;
    for (auto& one : arguments) argv.push_back(one.data());
    argv.push_back(nullptr);
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
    const int problem = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    from_ = out[0];
    if (problem != 0) throw std::runtime_error("posix_spawn " + program);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ != 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
    ::close(from_);
  }

  // Reads standard error up to a line with that in it. Returns: the line; empty: it ended without.
  std::string error_line_with(const std::string& part) {
    for (;;) {
      std::string line;
      char one = 0;
      while (::read(from_, &one, 1) == 1 && one != '\n') line += one;
      if (line.empty() || line.find(part) != std::string::npos) return line;
    }
  }
  std::string all_errors() {
    std::string text;
    char some[4096];
    for (ssize_t n = 0; (n = ::read(from_, some, sizeof some)) > 0;) {
      text.append(some, static_cast<std::size_t>(n));
    }
    return text;
  }

  // Whether it has ended as far as it can while one of its threads is inside the kernel.
  [[nodiscard]] bool is_over() const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
    std::string stat;
    std::getline(in, stat);
    const auto name_ends = stat.rfind(") ");
    return name_ends != std::string::npos && stat[name_ends + 2] == 'Z';
  }

  void signal(int number) const { ::kill(pid_, number); }

  // Returns: the exit status, or 1000 + the signal.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  int from_ = -1;
};

}  // namespace faults
