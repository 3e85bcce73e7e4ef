// A process that ends or forks with files open.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "api/child.hpp"

namespace api {
namespace {

// Written and not closed: an ordinary exit writes it out.
void exit_drains(const std::string& path) {
  auto* file = open_file(path);
  const std::string data(200'000, 'e');
  check_equal(ringproc_write(file, data.data(), data.size()), 200'000, "write");
  std::exit(all_held() ? 0 : 1);
}

// Exit handlers registered before the first open run after the library's: what they ask for is
// refused, it neither hangs nor is accepted and lost.
ringproc_file* g_file = nullptr;
void write_after_the_librarys_exit_handler() {
  const std::string data(100'000, 'x');
  const bool refused = ringproc_write(g_file, data.data(), data.size()) < 0 &&
                       ringproc_write_at(g_file, "p", 1, 0) < 0 && ringproc_flush(g_file) < 0;
  ::_exit(refused && all_held() ? 0 : 1);
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
    std::exit(all_held() ? 0 : 1);
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

}  // namespace

const Scenarios kEnds{
    {"exit", exit_drains},
    {"exit-ends-accepting", exit_ends_accepting},
    {"fork-dead", forked_handles_are_dead},
    {"fork-writes-nothing", forked_child_writes_nothing},
    {"fork-own", forked_child_opens_its_own},
    {"fork-own-exit", forked_child_exit_drains_its_own},
    {"fork-beside", fork_beside_writing},
};

}  // namespace api

// LeakSanitizer asks this at exit. The parent's threads are not in a forked child, so what they
// held looks lost.
extern "C" int __lsan_is_turned_off() { return api::g_forked_child ? 1 : 0; }
