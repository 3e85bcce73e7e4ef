// crash_forker CHILD AFTER SCENARIO FILE SEED LOG N_OPS: performs N_OPS operations, waits for the
// test, forks with bytes pending, and goes on as AFTER says.
// CHILD: exit, _exit, use (its handles are dead), stay (until killed), exec (stays, as another
// program).
// AFTER: wait (until killed) or close (N_OPS more operations with more such children, then close).
// LOG's phase: 1 ready to fork, 2 set by the test: fork, 3 the child has done what it does.
// LOG's header.issued: the pid of a child that stays.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crash/crash_log.hpp"
#include "crash/crash_ops.hpp"
#include "ringproc/ringproc.h"

namespace {

bool g_forked_child = false;

[[noreturn]] void stay() {
  ::alarm(120);  // nobody may be there to kill it
  for (;;) ::pause();
}

int fail(crash::Log& log, const std::string& what, std::int64_t result) {
  crash::say(log, "crash_forker: " + what + ": " + ringproc_strerror(result));
  return 1;
}

// Every use of the parent's handle is refused. Returns: an exit status.
int use(ringproc_file* file, crash::Log& log) {
  char byte = 'x';
  ringproc_stats stats{};
  stats.size = sizeof stats;
  const std::int64_t results[] = {ringproc_write(file, &byte, 1),
                                  ringproc_write_at(file, &byte, 1, 0), ringproc_flush(file),
                                  ringproc_write_flush(file, &byte, 1), ringproc_close(file)};
  for (const auto result : results) {
    if (result != RINGPROC_E_FORKED) return fail(log, "a use in the child gives", result);
  }
  return 0;
}

[[noreturn]] void be_child(std::string_view how, const char* program, ringproc_file* file,
                           crash::Log& log) {
  g_forked_child = true;
  if (how == "exit") std::exit(0);
  if (how == "use") std::exit(use(file, log));
  if (how == "stay" || how == "exec") {
    log.header.issued = static_cast<std::uint64_t>(::getpid());
    if (how == "exec") ::execl(program, program, "stay", nullptr);
    stay();
  }
  ::_exit(0);
}

// Returns: whether the child does what it should.
bool fork_one(std::string_view how, const char* program, ringproc_file* file, crash::Log& log) {
  const pid_t pid = ::fork();
  if (pid == 0) be_child(how, program, file, log);
  if (how == "stay" || how == "exec") {
    while (log.header.issued == 0) ::sched_yield();
    return true;
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status == 0 || fail(log, "the child's status", status) == 0;
}

bool perform(ringproc_file* file, crash::Script& script, crash::Bytes& bytes, std::uint64_t i,
             crash::Log& log) {
  const auto op = script.next();
  const auto data = bytes.of(i, op.size);
  log.stream.issued = i + 1;
  if (op.seek) ringproc_seek(file, static_cast<std::int64_t>(op.offset), SEEK_SET);
  const auto result = op.kind == crash::Kind::patch
                          ? ringproc_write_at(file, data.data(), data.size(), op.offset)
                          : ringproc_write(file, data.data(), data.size());
  if (result != static_cast<std::int64_t>(data.size())) return fail(log, "write", result) == 0;
  log.stream.returned = i + 1;
  return true;
}

}  // namespace

// LeakSanitizer asks this at exit. The parent's threads are not in a forked child, so what they
// held looks lost.
extern "C" int __lsan_is_turned_off() { return g_forked_child ? 1 : 0; }

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "stay") stay();
  if (argc != 8) return 2;
  const std::string_view how = argv[1];
  const std::string_view after = argv[2];
  const auto seed = std::strtoull(argv[5], nullptr, 0);
  const auto count = std::strtoull(argv[7], nullptr, 0);
  auto& log = crash::map_log(argv[6]);
  ringproc_file* file = nullptr;
  const int opened =
      ringproc_open(argv[4], RINGPROC_READ | RINGPROC_WRITE | RINGPROC_CREATE, nullptr, &file);
  if (opened != 0) return fail(log, "open", opened);
  crash::Script script(argv[3], seed);
  crash::Bytes bytes(seed);
  std::uint64_t i = 0;
  for (; i < count; ++i) {
    if (!perform(file, script, bytes, i, log)) return 1;
  }
  log.phase = 1;
  while (log.phase == 1) ::sched_yield();
  if (!fork_one(how, argv[0], file, log)) return 1;
  log.phase = 3;
  while (after == "wait") ::pause();
  for (const auto end = 2 * count; i < end; ++i) {
    if (!perform(file, script, bytes, i, log)) return 1;
    if (i % 50 == 0 && !fork_one(how, argv[0], file, log)) return 1;
  }
  const int closed = ringproc_close(file);
  return closed == 0 ? 0 : fail(log, "close", closed);
}
