// api_child SCENARIO PATH [FLAGS]: behaviours that need a process of their own. Exit status 0: all
// checks hold; 1: one does not (said on standard error); 2: usage; 10 and more: see `attempt`.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ringproc/mmio.h"
#include "ringproc/procedure.h"
#include "ringproc/ringproc.h"

namespace {

constexpr unsigned kCreate = RINGPROC_READ | RINGPROC_WRITE | RINGPROC_CREATE;
constexpr std::int64_t kLimit = 65536;  // of the file's size, see limit_size

bool g_failed = false;

void check(bool holds, const char* what, std::int64_t got = 0) {
  if (holds) return;
  std::fprintf(stderr, "api_child: does not hold: %s (got %lld: %s)\n", what,
               static_cast<long long>(got), ringproc_strerror(got));
  g_failed = true;
}

void check_equal(std::int64_t got, std::int64_t expected, const char* what) {
  check(got == expected, what, got);
}

ringproc_file* open_file(const std::string& path, unsigned flags = kCreate) {
  ringproc_file* file = nullptr;
  const int result = ringproc_open(path.c_str(), flags, nullptr, &file);
  check(result == 0 && file != nullptr, "open", result);
  if (result != 0) std::exit(1);
  return file;
}

// Files cannot grow beyond kLimit: writes there fail with EFBIG.
void limit_size() {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{kLimit, kLimit};
  check(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
}

// From now on these system calls fail with `error`, in all threads.
void make_fail(const std::vector<long>& calls, int error) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const auto call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
  check(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &all) == 0,
        "seccomp", -errno);
}

void make_syncs_fail() {
  make_fail({SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_syncfs}, EIO);
}

void make_writes_fail(int error) { make_fail({SYS_pwrite64, SYS_pwritev, SYS_pwritev2}, error); }

// A file whose drain has hit kLimit.
ringproc_file* broken(const std::string& path) {
  limit_size();
  auto* file = open_file(path);
  const std::string data(100'000, 'x');
  check_equal(ringproc_write(file, data.data(), data.size()), 100'000, "write into the ring");
  check_equal(ringproc_flush(file), -EFBIG, "flush tells the error");
  return file;
}

void flush_tells(const std::string& path) {
  check_equal(ringproc_close(broken(path)), -EFBIG, "close");
}

void close_tells(const std::string& path) {
  limit_size();
  auto* file = open_file(path);
  const std::string data(100'000, 'x');
  check_equal(ringproc_write(file, data.data(), data.size()), 100'000, "write into the ring");
  check_equal(ringproc_close(file), -EFBIG, "close tells the error nobody was told of");
}

void later_calls_fail(const std::string& path) {
  auto* file = broken(path);
  char one = 'y';
  check_equal(ringproc_write(file, &one, 1), -EFBIG, "write after the error");
  check_equal(ringproc_write_flush(file, &one, 1), -EFBIG, "write_flush after the error");
  check_equal(ringproc_write_at(file, &one, 1, 0), -EFBIG, "write_at after the error");
  check_equal(ringproc_seek(file, 0, SEEK_SET), 0, "seek after the error");
  check_equal(ringproc_read(file, &one, 1), -EFBIG, "read after the error");
  check_equal(ringproc_flush(file), -EFBIG, "second flush");
  check_equal(ringproc_close(file), -EFBIG, "close");
}

void other_handles_fail(const std::string& path) {
  auto* file = broken(path);
  auto* other = open_file(path, RINGPROC_READ | RINGPROC_WRITE);
  char one = 'y';
  check_equal(ringproc_write(other, &one, 1), -EFBIG, "write through another handle");
  check_equal(ringproc_close(other), -EFBIG, "close of another handle");
  check_equal(ringproc_close(file), -EFBIG, "close");
}

void failure_is_complete(const std::string& path) {
  auto* file = broken(path);
  ringproc_failure failure{};
  failure.size = sizeof failure;
  check_equal(ringproc_failure_of(file, &failure), 0, "failure_of");
  check_equal(failure.code, -EFBIG, "code");
  check_equal(failure.operation, RINGPROC_OP_WRITE, "operation");
  check(failure.file_offset <= static_cast<std::uint64_t>(kLimit), "file_offset",
        static_cast<std::int64_t>(failure.file_offset));
  check(failure.position == failure.file_offset, "position of a file written in order",
        static_cast<std::int64_t>(failure.position));
  check_equal(static_cast<std::int64_t>(failure.durable), 0, "durable");
  ringproc_stats stats{};
  stats.size = sizeof stats;
  check_equal(ringproc_stats_of(file, &stats), 0, "stats_of");
  check(stats.written <= static_cast<std::uint64_t>(kLimit), "written",
        static_cast<std::int64_t>(stats.written));
  check_equal(static_cast<std::int64_t>(stats.durable), 0, "durable of the statistics");
  ringproc_close(file);
}

void first_error_is_kept(const std::string& path) {
  auto* file = broken(path);
  make_syncs_fail();
  make_writes_fail(ENOSPC);
  check_equal(ringproc_flush(file), -EFBIG, "flush after a second cause");
  check_equal(ringproc_close(file), -EFBIG, "close tells the first error");
}

// What was durable before stays readable on disk and `durable` stays.
void durable_stays(const std::string& path) {
  limit_size();
  auto* file = open_file(path);
  const std::string good(10'000, 'g');
  const std::string bad(100'000, 'b');
  check_equal(ringproc_write_flush(file, good.data(), good.size()), 10'000, "write_flush");
  check_equal(ringproc_write_flush(file, bad.data(), bad.size()), -EFBIG, "second write_flush");
  ringproc_failure failure{};
  failure.size = sizeof failure;
  ringproc_failure_of(file, &failure);
  check_equal(static_cast<std::int64_t>(failure.durable), 10'000, "durable");
  check_equal(ringproc_close(file), -EFBIG, "close");
}

void sync_fails(const std::string& path) {
  auto* file = open_file(path);
  check_equal(ringproc_write(file, "abc", 3), 3, "write");
  make_syncs_fail();
  check_equal(ringproc_flush(file), -EIO, "flush");
  check_equal(ringproc_flush(file), -EIO, "second flush does not claim what the first lost");
  ringproc_failure failure{};
  failure.size = sizeof failure;
  ringproc_failure_of(file, &failure);
  check_equal(failure.code, -EIO, "code");
  check_equal(failure.operation, RINGPROC_OP_SYNC, "operation");
  check_equal(static_cast<std::int64_t>(failure.durable), 0, "durable");
  check_equal(ringproc_write(file, "d", 1), -EIO, "write after a failed sync");
  check_equal(ringproc_close(file), -EIO, "close");
}

void suspect_after_failed_sync(const std::string& path) {
  auto* file = open_file(path);
  check_equal(ringproc_write(file, "abc", 3), 3, "write");
  make_syncs_fail();
  check_equal(ringproc_flush(file), -EIO, "flush");
  check_equal(ringproc_close(file), -EIO, "close");
  file = open_file(path, RINGPROC_READ | RINGPROC_WRITE);
  ringproc_stats stats{};
  stats.size = sizeof stats;
  check_equal(ringproc_stats_of(file, &stats), 0, "stats_of");
  check_equal(stats.suspect, 1, "a fresh open says that the file is suspect");
  check_equal(ringproc_close(file), 0, "close of the fresh handle");
}

// flush=os and close do not sync: a failing sync does not touch them.
void os_level_needs_no_sync(const std::string& path) {
  make_syncs_fail();
  ringproc_options options;
  options.size = sizeof options;
  check_equal(ringproc_options_init(&options), 0, "options_init");
  options.flush = RINGPROC_LEVEL_OS;
  ringproc_file* file = nullptr;
  check_equal(ringproc_open(path.c_str(), kCreate, &options, &file), 0, "open");
  check_equal(ringproc_write_flush(file, "abc", 3), 3, "write_flush");
  check_equal(ringproc_close(file), 0, "close");
}

void close_waits_for_device(const std::string& path) {
  make_syncs_fail();
  ringproc_options options;
  options.size = sizeof options;
  check_equal(ringproc_options_init(&options), 0, "options_init");
  options.close = RINGPROC_LEVEL_DEVICE;
  ringproc_file* file = nullptr;
  check_equal(ringproc_open(path.c_str(), kCreate, &options, &file), 0, "open");
  check_equal(ringproc_write(file, "abc", 3), 3, "write");
  check_equal(ringproc_close(file), -EIO, "close=device tells a failed sync");
}

// A full disk names itself at mmioClose, and buffered programs learn of it there.
void mmio_disk_full(const std::string& path) {
  make_writes_fail(ENOSPC);
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  auto name = path;
  const HMMIO handle = mmioOpen(name.data(), &info, MMIO_CREATE | MMIO_READWRITE | MMIO_ALLOCBUF);
  check(handle != nullptr, "mmioOpen", info.wErrorRet);
  check_equal(mmioWrite(handle, "abc", 3), 3, "mmioWrite into the buffer");
  check_equal(mmioClose(handle, 0), MMIOERR_CANNOTEXPAND, "mmioClose");
}

void mmio_write_error(const std::string& path) {
  make_writes_fail(EIO);
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  auto name = path;
  const HMMIO handle = mmioOpen(name.data(), &info, MMIO_CREATE | MMIO_READWRITE);
  check(handle != nullptr, "mmioOpen", info.wErrorRet);
  check_equal(mmioWrite(handle, "abc", 3), 3, "mmioWrite into the ring");
  check(mmioFlush(handle, 0) != 0, "mmioFlush tells");
  check_equal(mmioWrite(handle, "abc", 3), -1, "mmioWrite after the error");
  char to[3];
  check_equal(mmioSeek(handle, 0, SEEK_SET), 0, "mmioSeek after the error");
  check_equal(mmioRead(handle, to, 3), -1, "mmioRead after the error");
  check_equal(mmioSendMessage(handle, RINGPROC_MSG_FLUSH, 0, 0), -1, "RINGPROC_MSG_FLUSH");
  const auto closed = mmioClose(handle, 0);
  check(closed >= MMIOERR_BASE, "mmioClose gives an MMIOERR code", closed);
}

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

// Written and not closed: an ordinary exit writes it out.
void exit_drains(const std::string& path) {
  auto* file = open_file(path);
  const std::string data(200'000, 'e');
  check_equal(ringproc_write(file, data.data(), data.size()), 200'000, "write");
  std::exit(g_failed ? 1 : 0);
}

// Exit handlers registered before the first open run after the library's: what they ask for is
// refused, it neither hangs nor is accepted and lost.
ringproc_file* g_file = nullptr;
void write_after_the_librarys_exit_handler() {
  const std::string data(100'000, 'x');
  const bool refused = ringproc_write(g_file, data.data(), data.size()) < 0 &&
                       ringproc_write_at(g_file, "p", 1, 0) < 0 && ringproc_flush(g_file) < 0;
  ::_exit(refused && !g_failed ? 0 : 1);
}

void exit_ends_accepting(const std::string& path) {
  std::atexit(write_after_the_librarys_exit_handler);
  g_file = open_file(path);
  check_equal(ringproc_write(g_file, "kept", 4), 4, "write");
  std::exit(0);
}

void child_checks_dead_handle(ringproc_file* file) {
  char one = 'c';
  check_equal(ringproc_write(file, &one, 1), RINGPROC_E_FORKED, "write");
  check_equal(ringproc_write_flush(file, &one, 1), RINGPROC_E_FORKED, "write_flush");
  check_equal(ringproc_write_at(file, &one, 1, 0), RINGPROC_E_FORKED, "write_at");
  check_equal(ringproc_read(file, &one, 1), RINGPROC_E_FORKED, "read");
  check_equal(ringproc_seek(file, 0, SEEK_SET), RINGPROC_E_FORKED, "seek");
  check_equal(ringproc_flush(file), RINGPROC_E_FORKED, "flush");
  check_equal(ringproc_close(file), RINGPROC_E_FORKED, "close");
}

bool g_forked_child = false;

// In a forked child: `work`, then an ordinary exit. Returns to the parent when it has ended well.
void in_forked_child(const std::function<void()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    g_forked_child = true;
    work();
    std::exit(g_failed ? 1 : 0);
  }
  int status = -1;
  check(pid > 0 && ::waitpid(pid, &status, 0) == pid && status == 0, "the forked child", status);
}

void forked_handles_are_dead(const std::string& path) {
  auto* file = open_file(path);
  check_equal(ringproc_write(file, "parent", 6), 6, "write");
  in_forked_child([&] { child_checks_dead_handle(file); });
  check_equal(ringproc_write(file, "!", 1), 1, "write in the parent goes on");
  check_equal(ringproc_close(file), 0, "close in the parent");
}

// The child exits while bytes are pending in the ring it inherited; then the file is emptied
// behind the library: if the child had written anything, it would be there once more.
void forked_child_writes_nothing(const std::string& path) {
  auto* file = open_file(path);
  check_equal(ringproc_write_flush(file, "flushed", 7), 7, "write_flush");
  check_equal(ringproc_write(file, "pending", 7), 7, "write");
  in_forked_child([&] { make_writes_fail(EIO); });
  check_equal(ringproc_close(file), 0, "close in the parent");
}

void forked_child_opens_its_own(const std::string& path) {
  auto* file = open_file(path);
  check_equal(ringproc_write(file, "parent", 6), 6, "write");
  in_forked_child([&] {
    auto* own = open_file(path + ".child");
    check_equal(ringproc_write_flush(own, "child", 5), 5, "write_flush in the child");
    char to[5];
    check_equal(ringproc_seek(own, 0, SEEK_SET), 0, "seek in the child");
    check_equal(ringproc_read(own, to, 5), 5, "read in the child");
    check_equal(ringproc_close(own), 0, "close in the child");
  });
  check_equal(ringproc_close(file), 0, "close in the parent");
}

void forked_child_exit_drains_its_own(const std::string& path) {
  auto* file = open_file(path);
  check_equal(ringproc_write(file, "parent", 6), 6, "write");
  in_forked_child([&] {
    static auto* own = open_file(path + ".child");  // left open on purpose; static: not a leak
    check_equal(ringproc_write(own, "child", 5), 5, "write in the child");
  });
  check_equal(ringproc_close(file), 0, "close in the parent");
}

// Fork while other threads of the library are busy with a stream of writes.
void fork_beside_writing(const std::string& path) {
  auto* file = open_file(path);
  const std::string block(1000, 'w');
  for (int i = 0; i < 200; ++i) {
    check_equal(ringproc_write(file, block.data(), block.size()), 1000, "write");
    if (i % 20 == 0)
      in_forked_child([&] { check_equal(ringproc_flush(file), RINGPROC_E_FORKED, "flush"); });
  }
  check_equal(ringproc_close(file), 0, "close");
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

const std::map<std::string, void (*)(const std::string&)> kScenarios{
    {"flush-tells", flush_tells},
    {"close-tells", close_tells},
    {"later-calls-fail", later_calls_fail},
    {"other-handles-fail", other_handles_fail},
    {"failure-is-complete", failure_is_complete},
    {"first-error-is-kept", first_error_is_kept},
    {"durable-stays", durable_stays},
    {"sync-fails", sync_fails},
    {"suspect", suspect_after_failed_sync},
    {"os-level", os_level_needs_no_sync},
    {"close-device", close_waits_for_device},
    {"mmio-disk-full", mmio_disk_full},
    {"mmio-write-error", mmio_write_error},
    {"environment", environment_options},
    {"bad-environment", bad_environment_options},
    {"exit", exit_drains},
    {"exit-ends-accepting", exit_ends_accepting},
    {"fork-dead", forked_handles_are_dead},
    {"fork-writes-nothing", forked_child_writes_nothing},
    {"fork-own", forked_child_opens_its_own},
    {"fork-own-exit", forked_child_exit_drains_its_own},
    {"fork-beside", fork_beside_writing},
};

}  // namespace

// LeakSanitizer asks this at exit. The parent's threads are not in a forked child, so what they
// held looks lost.
extern "C" int __lsan_is_turned_off() { return g_forked_child ? 1 : 0; }

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string scenario = argv[1];
  const std::string path = argv[2];
  const unsigned flags =
      argc > 3 ? static_cast<unsigned>(std::strtoul(argv[3], nullptr, 0)) : kCreate;
  if (scenario == "attempt") return attempt(path, flags);
  if (scenario == "hold") return hold(path, flags);
  if (scenario == "nobody") return as_nobody(path, flags);
  const auto found = kScenarios.find(scenario);
  if (found == kScenarios.end()) return 2;
  found->second(path);
  return g_failed ? 1 : 0;
}
