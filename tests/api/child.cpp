#include "api/child.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace api {
namespace {

bool g_failed = false;

}  // namespace

void check(bool holds, const char* what, std::int64_t got) {
  if (holds) return;
  std::fprintf(stderr, "api_child: does not hold: %s (got %lld: %s)\n", what,
               static_cast<long long>(got), ringproc_strerror(got));
  g_failed = true;
}

void check_equal(std::int64_t got, std::int64_t expected, const char* what) {
  check(got == expected, what, got);
}

bool all_held() { return !g_failed; }

ringproc_file* open_file(const std::string& path, unsigned flags) {
  ringproc_file* file = nullptr;
  const int result = ringproc_open(path.c_str(), flags, nullptr, &file);
  check(result == 0 && file != nullptr, "open", result);
  if (result != 0) std::exit(1);
  return file;
}

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

void make_writes_fail(int error) { make_fail({SYS_pwrite64, SYS_pwritev, SYS_pwritev2}, error); }

}  // namespace api
