#include "bench/table/thread_watch.hpp"

#include <signal.h>

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/table/row.hpp"

namespace bench {
namespace {

// minflt and majflt: the 10th and 12th field of its stat; the second is in brackets.
std::uint64_t page_faults(pid_t thread) {
  const std::string stat = contents_of("/proc/self/task/" + std::to_string(thread) + "/stat");
  const std::size_t bracket = stat.rfind(')');
  if (bracket == std::string::npos) throw std::runtime_error("no such thread");
  std::istringstream words(stat.substr(bracket + 1));
  std::string word;
  std::uint64_t faults = 0;
  for (int field = 3; words >> word && field <= 12; ++field) {
    if (field == 10 || field == 12) faults += std::stoull(word);
  }
  return faults;
}

// Lines of strace -c: per cent, seconds, usecs/call, calls, perhaps errors, name.
void parse(const std::string& report, Seen& into) {
  std::istringstream lines(report);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::vector<std::string> fields;
    for (std::string word; words >> word;) fields.push_back(word);
    if (fields.size() < 5 || fields[0].find_first_not_of("0123456789.") != std::string::npos)
      continue;
    if (fields.back() != "total") into.system_calls[fields.back()] = std::stoull(fields[3]);
  }
}

}  // namespace

std::uint64_t Seen::calls() const {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : system_calls) sum += count;
  return sum;
}

ThreadWatch::ThreadWatch(pid_t thread, const std::string& scratch)
    : thread_(thread),
      report_(scratch + "/strace-" + std::to_string(thread) + ".out"),
      errors_(scratch + "/strace-" + std::to_string(thread) + ".err") {
  strace_ = std::make_unique<Process>(Words{"strace", "-c", "-e", "trace=!clock_nanosleep", "-o",
                                            report_, "-p", std::to_string(thread)},
                                      "", errors_);
  for (int i = 0; contents_of(errors_).find("attached") == std::string::npos; ++i) {
    if (i == 500 || !contents_of(errors_).empty()) {
      throw NotHere("strace cannot trace a thread here: " + contents_of(errors_));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  faults_at_begin_ = page_faults(thread);
}

Seen ThreadWatch::end() {
  Seen seen;
  seen.page_faults = page_faults(thread_) - faults_at_begin_;
  strace_->signal(SIGINT);
  strace_->wait();
  parse(contents_of(report_), seen);
  return seen;
}

}  // namespace bench
