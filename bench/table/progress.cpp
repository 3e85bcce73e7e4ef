#include "bench/table/progress.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace bench {
namespace {

// The same in the processes of the groups, which are forked.
const auto g_begin = std::chrono::steady_clock::now();
const bool g_terminal = ::isatty(STDERR_FILENO) == 1;

}  // namespace

void progress(const std::string& text) {
  const auto s =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - g_begin);
  std::fprintf(stderr, g_terminal ? "\r[%4lld s] %s\033[K" : "[%4lld s] %s\n",
               static_cast<long long>(s.count()), text.c_str());
  std::fflush(stderr);
}

void end_progress() {
  if (g_terminal) std::fputs("\r\033[K", stderr);
}

}  // namespace bench
