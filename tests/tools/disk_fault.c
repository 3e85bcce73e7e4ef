/* Preloaded into a program under test: makes its disk slow, full or broken. Counts every kind of
 * write call on regular files of the name asked for.
 *   RINGPROC_FAULT_FILE=TEXT   files whose name holds it (default: ends in .wav)
 *   RINGPROC_FAULT_AT=N        the N-th write call, and all later ones, get the fault (default: 1)
 *   RINGPROC_FAULT_EVERY=K     of those only each K-th, the first among them
 *   RINGPROC_FAULT_COUNT=N     only so many calls get it (default: all)
 *   RINGPROC_FAULT_ERRNO=E     they fail with this error number
 *   RINGPROC_FAULT_DELAY_MS=D  they take so much longer
 *   RINGPROC_FAULT_UNTIL=PATH  they wait until PATH exists, at most a minute
 *   RINGPROC_FAULT_SYNC_ERRNO=E  fdatasync and fsync fail with it, from the N-th write on */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static long setting(const char* name, long absent) {
  const char* text = getenv(name);
  return text ? atol(text) : absent;
}

static int is_meant(int fd) {
  char link[64], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, name, sizeof name - 1);
  if (length < 4) return 0;
  name[length] = 0;
  const char* const part = getenv("RINGPROC_FAULT_FILE");
  if (part) return strstr(name, part) != NULL;
  return strcmp(name + length - 4, ".wav") == 0;
}

/* Returns: the error the call must fail with, or 0. */
static int fault(int fd) {
  if (!is_meant(fd)) return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1;
  const long first = setting("RINGPROC_FAULT_AT", 1);
  const long every = setting("RINGPROC_FAULT_EVERY", 1);
  if (call < first || (call - first) % every != 0) return 0;
  if ((call - first) / every >= setting("RINGPROC_FAULT_COUNT", 1L << 40)) return 0;
  const long delay_ms = setting("RINGPROC_FAULT_DELAY_MS", 0);
  struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000};
  while (delay_ms > 0 && nanosleep(&delay, &delay) != 0) {
  }
  const char* const until = getenv("RINGPROC_FAULT_UNTIL");
  const struct timespec moment = {0, 10000000};
  for (int look = 0; until && access(until, F_OK) != 0 && look < 6000; ++look) {
    nanosleep(&moment, NULL);
  }
  return (int)setting("RINGPROC_FAULT_ERRNO", 0);
}

static int sync_fault(int fd) {
  if (!is_meant(fd) || atomic_load(&calls) < setting("RINGPROC_FAULT_AT", 1)) return 0;
  return (int)setting("RINGPROC_FAULT_SYNC_ERRNO", 0);
}

/* The interposed function, with the fault looked up first. */
#define REAL(result, name, types) ((result(*) types)(uintptr_t)dlsym(RTLD_NEXT, #name))
#define WITH_FAULT(result, name, types, arguments, found) \
  result name types {                                     \
    const int error = found;                              \
    if (error != 0) {                                     \
      errno = error;                                      \
      return -1;                                          \
    }                                                     \
    return REAL(result, name, types) arguments;           \
  }

WITH_FAULT(ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size), fault(fd))
WITH_FAULT(ssize_t, pwrite, (int fd, const void* data, size_t size, off_t at), (fd, data, size, at),
           fault(fd))
WITH_FAULT(ssize_t, pwrite64, (int fd, const void* data, size_t size, off64_t at),
           (fd, data, size, at), fault(fd))
WITH_FAULT(ssize_t, pwritev, (int fd, const struct iovec* parts, int count, off_t at),
           (fd, parts, count, at), fault(fd))
WITH_FAULT(ssize_t, pwritev64, (int fd, const struct iovec* parts, int count, off64_t at),
           (fd, parts, count, at), fault(fd))
WITH_FAULT(ssize_t, pwritev2, (int fd, const struct iovec* parts, int count, off_t at, int flags),
           (fd, parts, count, at, flags), fault(fd))
WITH_FAULT(ssize_t, pwritev64v2,
           (int fd, const struct iovec* parts, int count, off64_t at, int flags),
           (fd, parts, count, at, flags), fault(fd))
WITH_FAULT(int, fdatasync, (int fd), (fd), sync_fault(fd))
WITH_FAULT(int, fsync, (int fd), (fd), sync_fault(fd))
