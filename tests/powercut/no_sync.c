/* Preloaded, as a negative control: what the disk is asked for is not done, and everybody is told
 * that it was. Plain C, so that it brings no runtime into the program. POWERCUT_CONTROL says what:
 *   data      nothing is made durable but directories
 *   names     nothing but files
 *   all       nothing at all, and a write that the disk refused is told as done */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_lost(int fd) {
  const char* control = getenv("POWERCUT_CONTROL");
  struct stat now;
  if (!control || !strcmp(control, "all") || fstat(fd, &now) < 0) return 1;
  return !strcmp(control, S_ISDIR(now.st_mode) ? "names" : "data");
}

int fsync(int fd) { return is_lost(fd) ? 0 : (int)syscall(SYS_fsync, fd); }

int fdatasync(int fd) { return is_lost(fd) ? 0 : (int)syscall(SYS_fdatasync, fd); }

int syncfs(int fd) { return is_lost(fd) ? 0 : (int)syscall(SYS_syncfs, fd); }

int sync_file_range(int fd, __off64_t offset, __off64_t count, unsigned flags) {
  return is_lost(fd) ? 0 : (int)syscall(SYS_sync_file_range, fd, offset, count, flags);
}

ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t offset) {
  ssize_t all = 0;
  const ssize_t done = syscall(SYS_pwritev, fd, parts, (long)count, (long)offset, 0L);
  if (done >= 0 || errno != EIO || !is_lost(fd)) return done;
  for (int i = 0; i < count; ++i) all += (ssize_t)parts[i].iov_len;
  return all;
}
