// The system calls that are made to fail, and how: every one of the library's that touches files,
// memory or threads, with errors that the kernel documents for it; and the allocations, of the
// calling thread and of the library's own.
#pragma once

#include <sys/syscall.h>

#include <cerrno>
#include <vector>

#include "sweep/judge.hpp"

namespace sweep {

struct SweptCall {
  const char* name;
  int number;
  std::vector<int> errors;  // the first is the one of --quick
};

inline const std::vector<SweptCall>& swept_calls() {
  static const std::vector<SweptCall> all{
      // Files.
      {"openat", SYS_openat, {EMFILE, EACCES, EIO, EINTR, ENOMEM}},
      {"pwritev", SYS_pwritev, {EIO, kShort, ENOSPC, EINTR, EFBIG, EINVAL, EDQUOT}},
      {"pwrite64", SYS_pwrite64, {EIO, kShort, ENOSPC, EINTR}},
      {"pread64", SYS_pread64, {EIO, EINTR}},
      {"read", SYS_read, {EIO, EINTR}},
      {"fdatasync", SYS_fdatasync, {EIO, EINTR, ENOSPC, EDQUOT}},
      {"fsync", SYS_fsync, {EIO, EINVAL, EINTR}},
      {"fallocate", SYS_fallocate, {ENOSPC, EOPNOTSUPP, EINTR, EIO}},
      {"ftruncate", SYS_ftruncate, {EIO, EINTR, ENOSPC}},
      {"statx", SYS_statx, {EIO, ENOMEM, EACCES}},
      {"newfstatat", SYS_newfstatat, {EIO, ENOMEM}},
      {"fstatfs", SYS_fstatfs, {EIO, EOVERFLOW}},
      {"fcntl", SYS_fcntl, {ENOLCK, EINTR, EAGAIN, EIO}},
      {"linkat", SYS_linkat, {ENOSPC, EEXIST, EMLINK, EPERM}},
      {"unlinkat", SYS_unlinkat, {EIO, EACCES, ENOENT}},
      {"renameat2", SYS_renameat2, {EIO, EINVAL, ENOSPC}},
      {"mkdir", SYS_mkdir, {EACCES, ENOSPC}},
      {"faccessat", SYS_faccessat, {EIO, ENOMEM}},
      {"readlink", SYS_readlink, {EIO}},
      {"getdents64", SYS_getdents64, {EIO, ENOENT}},
      {"lseek", SYS_lseek, {EIO}},
      {"close", SYS_close, {EIO, EINTR, ENOSPC}},
      // Memory.
      {"mmap", SYS_mmap, {ENOMEM, EAGAIN, EMFILE}},
      {"munmap", SYS_munmap, {ENOMEM, EINVAL}},
      {"madvise", SYS_madvise, {ENOMEM, EINVAL, EFAULT, EAGAIN}},
      {"mprotect", SYS_mprotect, {ENOMEM}},
      {"allocation", kAllocation, {ENOMEM}},
      {"in a thread", kThreadAllocation, {ENOMEM}},
      // Threads and waiting.
      {"clone3", SYS_clone3, {EAGAIN, ENOMEM, ENOSYS}},
      {"futex", SYS_futex, {EINTR, EAGAIN}},
      {"epoll_create1", SYS_epoll_create1, {EMFILE, ENOMEM}},
      {"eventfd2", SYS_eventfd2, {EMFILE, ENOMEM}},
      {"timerfd_create", SYS_timerfd_create, {EMFILE, ENOMEM}},
      {"timerfd_settime", SYS_timerfd_settime, {EINVAL}},
      {"epoll_ctl", SYS_epoll_ctl, {ENOSPC, ENOMEM}},
      {"epoll_wait", SYS_epoll_wait, {EINTR}},
      {"write", SYS_write, {EINTR, EAGAIN}},
  };
  return all;
}

}  // namespace sweep
