// api_child SCENARIO PATH [FLAGS]: behaviours that need a process of their own. Exit status 0: all
// checks hold; 1: one does not (said on standard error); 2: usage; 10 and more: see `attempt`.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "api/child.hpp"

namespace api {
namespace {

void environment_options(const std::string& path) {
  ringproc_options options;
  options.size = sizeof options;
  check_equal(ringproc_options_init(&options), 0, "options_init");
  check_equal(static_cast<std::int64_t>(options.ring_bytes), 65536, "ring");
  check_equal(options.on_full, RINGPROC_ON_FULL_FAIL, "on_full");
  check_equal(options.age_ms, 250, "age");
  auto* file = open_file(path);
  ringproc_stats stats{};
  stats.size = sizeof stats;
  check_equal(ringproc_stats_of(file, &stats), 0, "stats_of");
  check_equal(static_cast<std::int64_t>(stats.ring_capacity_bytes), 65536, "ring in force");
  check_equal(ringproc_close(file), 0, "close");
}

void bad_environment_options(const std::string& path) {
  ringproc_options options;
  options.size = sizeof options;
  check_equal(ringproc_options_init(&options), RINGPROC_E_OPTION, "options_init");
  check_equal(options.age_ms, 1000, "the built-in options are there");
  ringproc_file* file = nullptr;
  check_equal(ringproc_open(path.c_str(), kCreate, nullptr, &file), RINGPROC_E_OPTION, "open");
}

// Status 0: opened; 10: sharing violation; 11: EACCES; 12: any other error.
int attempt(const std::string& path, unsigned flags) {
  ringproc_file* file = nullptr;
  const int result = ringproc_open(path.c_str(), flags, nullptr, &file);
  if (result == 0) return ringproc_close(file) == 0 ? 0 : 12;
  return result == RINGPROC_E_SHARING ? 10 : result == -EACCES ? 11 : 12;
}

// Holds the file open until its standard input ends.
int hold(const std::string& path, unsigned flags) {
  auto* file = open_file(path, flags);
  std::puts("open");
  std::fflush(stdout);
  char one = 0;
  while (::read(STDIN_FILENO, &one, 1) > 0) {
  }
  return ringproc_close(file) == 0 ? 0 : 1;
}

int as_nobody(const std::string& path, unsigned flags) {
  if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 3;
  return attempt(path, flags);
}

const Scenarios kOptions{
    {"environment", environment_options},
    {"bad-environment", bad_environment_options},
};

}  // namespace
}  // namespace api

int main(int argc, char** argv) {
  using namespace api;
  if (argc < 3) return 2;
  const std::string scenario = argv[1];
  const std::string path = argv[2];
  const unsigned flags =
      argc > 3 ? static_cast<unsigned>(std::strtoul(argv[3], nullptr, 0)) : kCreate;
  if (scenario == "attempt") return attempt(path, flags);
  if (scenario == "hold") return hold(path, flags);
  if (scenario == "nobody") return as_nobody(path, flags);
  for (const auto* scenarios : {&kFailures, &kOptions, &kEnds}) {
    const auto found = scenarios->find(scenario);
    if (found == scenarios->end()) continue;
    found->second(path);
    return all_held() ? 0 : 1;
  }
  return 2;
}
