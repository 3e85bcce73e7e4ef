/* no_xstate PROGRAM [ARGUMENT...]: runs user-mode Linux on processors whose state is larger than it
 * knows (AMX). Linux 6.1's has room for what came before, so that setting a guest's registers fails
 * and it panics at its first program. Told at its start that the host has no such call, it uses the
 * older one, for x87 and SSE. Under it no program of the guest may use AVX in several threads: see
 * `NO_AVX` in machine.py. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/elf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)

int main(int argc, char** argv) {
  static struct sock_filter steps[] = {LOAD(arch),
                                       SKIP_UNLESS(AUDIT_ARCH_X86_64, 7),
                                       LOAD(nr),
                                       SKIP_UNLESS(SYS_ptrace, 5),
                                       LOAD(args[0]),
                                       SKIP_UNLESS(PTRACE_GETREGSET, 3),
                                       LOAD(args[2]),
                                       SKIP_UNLESS(NT_X86_XSTATE, 1),
                                       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
                                       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const struct sock_fprog filter = {sizeof steps / sizeof *steps, steps};
  if (argc < 2) {
    fputs("usage: no_xstate PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    perror("no_xstate: no filter for system calls");
    return 127;
  }
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 127;
}
