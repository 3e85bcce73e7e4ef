#include "runtime/log.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string_view>

namespace ringproc::core {
namespace {

struct Sink {
  std::mutex m;
  LogFunction function = nullptr;  // guarded by m
  void* user = nullptr;            // guarded by m
};

Sink& sink() {
  // Used until the process's last moment, also when there is no memory.
  alignas(Sink) static std::array<std::byte, sizeof(Sink)> storage;
  static Sink* const leaked = new (storage.data()) Sink;
  return *leaked;
}

void print(const std::string& text) {
  const char* const to = std::getenv("RINGPROC_LOG");
  if (!to || !*to) {
    std::fprintf(stderr, "ringproc: %s\n", text.c_str());
    return;
  }
  if (std::string_view(to) == "off") return;
  // Opened for each line: lines are rare, and the file may be rotated.
  if (std::FILE* const file = std::fopen(to, "a")) {
    std::fprintf(file, "ringproc: %s\n", text.c_str());
    std::fclose(file);
  }
}

}  // namespace

void log(const std::string& text) noexcept {
  LogFunction function = nullptr;
  void* user = nullptr;
  {
    const std::lock_guard lock(sink().m);
    function = sink().function;
    user = sink().user;
  }
  if (function) {
    function(user, text.c_str());
  } else {
    print(text);
  }
}

void set_log(LogFunction function, void* user) noexcept {
  const std::lock_guard lock(sink().m);
  sink().function = function;
  sink().user = user;
}

}  // namespace ringproc::core
