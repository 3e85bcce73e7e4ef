#include "bench/table/process.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "bench/table/row.hpp"

namespace bench {
namespace {

constexpr int kSignalled = 1000;
constexpr int kNoProgram = 127;

bool redirect(int to, const std::string& file, int flags) {
  const int fd = ::open(file.empty() ? "/dev/null" : file.c_str(), flags, 0600);
  return fd >= 0 && ::dup2(fd, to) == to;
}

// In the child, which still shares our memory.
[[noreturn]] void become(char* const* argv, char* const* environment, const std::string& output,
                         const std::string& errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  constexpr int kNewFile = O_WRONLY | O_CREAT | O_TRUNC;
  if (redirect(0, "", O_RDONLY) && redirect(1, output, kNewFile) && redirect(2, errors, kNewFile)) {
    ::execvpe(argv[0], argv, environment);
  }
  ::_exit(errno == ENOENT ? kNoProgram : 126);
}

std::vector<char*> pointers_to(Words& words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

// vfork: after a fork every thread would meet a page fault at each page that it stores to, also the
// one whose page faults are counted.
Process::Process(const Words& argv, const std::string& output, const std::string& errors,
                 const Words& more) {
  Words own_argv = argv;
  Words environment = more;  // the first of a name counts
  for (char** entry = environ; *entry; ++entry) environment.emplace_back(*entry);
  const auto arguments = pointers_to(own_argv);
  const auto variables = pointers_to(environment);
  pid_ = ::vfork();
  if (pid_ == 0) become(arguments.data(), variables.data(), output, errors);
  if (pid_ < 0) throw std::runtime_error("vfork failed");
}

Process::~Process() {
  if (pid_ <= 0) return;
  signal(SIGKILL);
  wait();
}

void Process::signal(int number) const { static_cast<void>(::kill(pid_, number)); }

int Process::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

std::string contents_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string run_program(const Words& argv, const std::string& scratch, const Words& more) {
  const std::string output = scratch + "/" + argv.front() + ".out";
  const std::string errors = scratch + "/" + argv.front() + ".err";
  const int status = Process(argv, output, errors, more).wait();
  if (status == kNoProgram) throw NotHere(argv.front() + " is not installed");
  if (status != 0) {
    throw std::runtime_error(argv.front() + " ended with status " + std::to_string(status) + ": " +
                             contents_of(errors).substr(0, 400));
  }
  return contents_of(output);
}

}  // namespace bench
