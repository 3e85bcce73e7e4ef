/* ringproc, the C API: files whose writes are accepted into a ring in memory and drained to disk
 * behind the caller.
 *
 * Rules, true of every function here:
 *  1. A result >= 0 is success; a negative result is an error. ringproc_strerror() turns it into
 * words.
 *  2. Errors of the operating system are -errno (Windows: -GetLastError()); our own are
 * RINGPROC_E_*, below -65536.
 *  3. Nothing here throws, and no argument that can be seen to be wrong crashes: it gives
 * RINGPROC_E_INVALID.
 *  4. Structures begin with `size`: set it to sizeof the structure (the _init functions do).
 *  5. Offsets are bytes from the start of the file, 64 bits. Positions count accepted bytes of a
 * file, 64 bits.
 *  6. Any function may be called from any thread. One thread writes a handle at a time for a
 * defined order; flushes, ringproc_write_at and statistics may run beside it from other threads.
 * Close a handle once, when no other thread uses it.
 *  7. Opens of one file in one process share one ring, so all handles see the same order of writes.
 *  8. The first I/O error of a file is sticky: every later write, flush and read fails with it, and
 * so does close.
 *  9. After fork() the child's handles are dead (RINGPROC_E_FORKED); only the parent writes.
 * 10. An ordinary exit() writes out what is pending; call ringproc_close() to be told of errors.
 * 11. Where RINGPROC_CAN_SURVIVE is in force, accepted bytes survive the process, also kill -9:
 * they are finished by the next start of the library by the same user, by an open of that file, or
 * by `ringproc recover`, if the file is still as the dead process left it; else they are kept
 * beside it as NAME.ringproc-PID. They do not survive the machine: for that there is
 * ringproc_flush(). */
#ifndef RINGPROC_RINGPROC_H
#define RINGPROC_RINGPROC_H

#include <stddef.h>
#include <stdint.h>

#include "ringproc/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ---- */
enum {
  /* The ring is full and on_full is fail: nothing was accepted. */
  RINGPROC_E_OVERRUN = -65537,
  /* The time-out passed. After a flush the outcome is unknown: a later flush decides. */
  RINGPROC_E_TIMEOUT = -65538,
  /* Not an open handle. */
  RINGPROC_E_STALE = -65539,
  /* The handle belongs to the parent of this process. */
  RINGPROC_E_FORKED = -65540,
  /* Another handle or process holds the file in a way that excludes this. */
  RINGPROC_E_SHARING = -65541,
  /* An argument that cannot be right. */
  RINGPROC_E_INVALID = -65542,
  /* Unknown option or bad value. */
  RINGPROC_E_OPTION = -65543,
  /* The handle was not opened for this (reading or writing). */
  RINGPROC_E_ACCESS = -65544,
  /* A pipe, terminal or device, or opened for appending. (A directory: EISDIR.) */
  RINGPROC_E_NOT_A_FILE = -65545,
  /* Beyond a limit named in the function's comment. */
  RINGPROC_E_LIMIT = -65546,
  /* From close: an earlier write returned an error other than _INVALID and _ACCESS, so the file
   * lacks those bytes. */
  RINGPROC_E_REFUSED = -65547,
  /* From close: the close time-out passed with bytes not yet written. */
  RINGPROC_E_UNWRITTEN = -65548,
  /* The option survive is on, and the ring cannot be kept where it survives the process; the log
   * says why. */
  RINGPROC_E_SURVIVE = -65549
};

/* Effect: describes a result of this API in English. Returns: static or thread-local text, never
 * NULL, valid until the next call on this thread. Threads: any. Blocks: never. */
RINGPROC_API const char* ringproc_strerror(int64_t code) RINGPROC_NOEXCEPT;

/* Effect: the library's version, "MAJOR.MINOR.PATCH". */
RINGPROC_API const char* ringproc_version(void) RINGPROC_NOEXCEPT;

/* ---- options ---- */
enum { RINGPROC_ON_FULL_BLOCK = 0, RINGPROC_ON_FULL_FAIL = 1 };
enum { RINGPROC_LEVEL_DEVICE = 0, RINGPROC_LEVEL_OS = 1 };
enum { RINGPROC_AUTO = 0, RINGPROC_ON = 1, RINGPROC_OFF = 2, RINGPROC_WRITTEN = 3 };

typedef struct ringproc_options {
  size_t size;
  /* Bytes that may be pending, 4 KiB to 1 TiB (1 GiB in 32 bits), rounded up to whole pages; all
   * populated at open. 0: up to 16 MiB (1 MiB in 32 bits), populated as needed. */
  uint64_t ring_bytes;
  /* What the ring may grow to while the disk is slower than the writer; not below ring_bytes. 0: =
   * ring. The addresses for it are reserved at open, memory only as it is needed; what is not
   * needed any more is given back. With ring_bytes 0 a smaller limit than the default holds. */
  uint64_t memory_limit_bytes;
  /* Accepted bytes are handed to the OS after at most this; 1 to 3600000, default 1000. */
  uint32_t age_ms;
  uint32_t on_full; /* RINGPROC_ON_FULL_*; default block */
  /* A blocked write, and a flush, give up after this; 0: never, the default. */
  uint32_t write_timeout_ms;
  uint32_t flush_timeout_ms;
  /* What a flush (default device) and a close (default os) wait for: RINGPROC_LEVEL_*. */
  uint32_t flush;
  uint32_t close;
  /* Defaults 30000; 0: never. */
  uint32_t close_timeout_ms;
  uint32_t exit_timeout_ms;
  uint32_t wait_for_space; /* 1: on a full disk wait and retry that write; default 0 */
  /* Large data goes from the ring to the device, not through the page cache: RINGPROC_AUTO, the
   * default: what comes in pieces of 64 KiB and more, and whole blocks that are flushed again and
   * again, where the file system can; ON: whole blocks always, and the open fails where that is
   * impossible; OFF. */
  uint32_t direct;
  /* Space is taken ahead beyond the end of a growing file, and given back at close:
   * RINGPROC_AUTO, the default: without changing the size; WRITTEN: zeros inside the size, as soon
   * as the file is flushed often in small pieces: such flushes are the cheapest, other processes
   * see the zeros, and after a power cut the file may end in them; OFF. */
  uint32_t preallocate;
  /* Accepted bytes survive the process (RINGPROC_AUTO, the default: if there is a place for that;
   * ON: else the open fails; OFF: they do not). */
  uint32_t survive;
  /* Finish what dead processes of this user left: all of it at the first open in a process, in the
   * background; that of a file before it is opened (RINGPROC_AUTO, the default, or OFF). */
  uint32_t recover;
} ringproc_options;

/* Effect: fills *options with this process's defaults: the built-in ones, then RINGPROC_OPTIONS
 * from the environment, then ringproc_set_defaults(). Errors: RINGPROC_E_OPTION if RINGPROC_OPTIONS
 * is bad: the log names the key or value, *options holds the built-in ones. Blocks: never but for
 * the log. */
RINGPROC_API int ringproc_options_init(ringproc_options* options) RINGPROC_NOEXCEPT;

/* Effect: applies text such as "ring=64M,on_full=fail,age=250ms" to *options; keys are those of
 * README's table. Sizes take K, M, G; times take ms, s, or none for no limit (plain numbers are
 * seconds). On error *options is unchanged and message, if not NULL, names the key or value.
 * Errors: RINGPROC_E_OPTION. */
RINGPROC_API int ringproc_options_parse(ringproc_options* options, const char* text, char* message,
                                        size_t message_size) RINGPROC_NOEXCEPT;

/* Effect: replaces the defaults for files opened later in this process. NULL: back to the start. */
RINGPROC_API int ringproc_set_defaults(const ringproc_options* options) RINGPROC_NOEXCEPT;

/* Effect: options for later opens of one file by whatever way (for instance by mmioOpen), over the
 * defaults. NULL removes them. path: made absolute, symbolic links are not resolved. */
RINGPROC_API int ringproc_set_path_options(const char* path,
                                           const ringproc_options* options) RINGPROC_NOEXCEPT;

/* ---- files ---- */
typedef struct ringproc_file ringproc_file; /* one open handle: a cursor on a file */

enum { /* for ringproc_open; READ or WRITE or both */
       RINGPROC_READ = 1,
       RINGPROC_WRITE = 2,
       RINGPROC_CREATE = 4, /* create the file, or cut an existing one to length 0; implies WRITE */
       RINGPROC_DENY_READ = 8,  /* other handles and ringproc processes may not read */
       RINGPROC_DENY_WRITE = 16 /* other handles and ringproc processes may not write */
};

/* Effect: opens path and stores a handle in *file. options NULL: the process's defaults. If the
 * file is open in this process already, the new handle shares its ring, and ring options are the
 * first opener's. Errors: the OS's own, RINGPROC_E_SHARING, _NOT_A_FILE, _OPTION, _INVALID. Blocks:
 * on the OS's open, and if CREATE cuts a file that is open until its pending bytes are written. */
RINGPROC_API int ringproc_open(const char* path, unsigned flags, const ringproc_options* options,
                               ringproc_file** file) RINGPROC_NOEXCEPT;

/* Effect: drains what this file has pending if this is its last handle, closes it, frees the
 * handle. Returns: 0, or the file's first error ever; RINGPROC_E_REFUSED if a write was refused;
 * RINGPROC_E_UNWRITTEN after close_timeout. The handle is gone in every case. Blocks: on the drain,
 * at most close_timeout. */
RINGPROC_API int ringproc_close(ringproc_file* file) RINGPROC_NOEXCEPT;

/* Effect: accepts size bytes at the handle's offset and moves it. Returns: size, or an error and
 * then nothing was accepted. A write larger than the ring is accepted in parts (on_full=block); a
 * failure between parts is sticky and ringproc_failure_of() tells how much was taken. Errors: the
 * sticky error, RINGPROC_E_OVERRUN, _TIMEOUT, _ACCESS. Blocks: only if the ring is full and
 * on_full=block. No allocation, no I/O, no system call while the drain is awake. */
RINGPROC_API int64_t ringproc_write(ringproc_file* file, const void* data,
                                    size_t size) RINGPROC_NOEXCEPT;

/* Effect: writes size bytes at offset from any thread, ordered after everything accepted when it
 * was called; does not move the handle's offset and never touches the writer's lock. At most
 * RINGPROC_PATCH_MAX bytes. Returns: size or an error. Errors: RINGPROC_E_LIMIT, the sticky error,
 * RINGPROC_E_OVERRUN or _TIMEOUT if the small list of patches is full. Blocks: only if that list is
 * full and on_full=block. */
#define RINGPROC_PATCH_MAX 4096
RINGPROC_API int64_t ringproc_write_at(ringproc_file* file, const void* data, size_t size,
                                       uint64_t offset) RINGPROC_NOEXCEPT;

/* Effect: reads up to size bytes at the handle's offset and moves it; sees everything accepted
 * before the call. Returns: bytes read, 0 at the end of the file. Blocks: on the disk for bytes
 * that are not in memory. */
RINGPROC_API int64_t ringproc_read(ringproc_file* file, void* data, size_t size) RINGPROC_NOEXCEPT;

/* Effect: moves the handle's offset. whence: SEEK_SET, SEEK_CUR, SEEK_END; SEEK_END adds (as lseek
 * does; the mmio procedure subtracts). Returns: the new offset. Errors: RINGPROC_E_INVALID below 0.
 * Blocks: never. */
RINGPROC_API int64_t ringproc_seek(ringproc_file* file, int64_t offset,
                                   int whence) RINGPROC_NOEXCEPT;

/* Effect: returns 0 when everything accepted on the file before the call is on stable storage:
 * data, size and name (option flush=os: handed to the OS). Errors: the sticky error;
 * RINGPROC_E_TIMEOUT means unknown, the bytes stay accepted. Threads: any, beside a writer. Blocks:
 * on the disk. */
RINGPROC_API int ringproc_flush(ringproc_file* file) RINGPROC_NOEXCEPT;

/* ringproc_write, then ringproc_flush up to and including it. Returns: size, or an error; after an
 * error from the flush part the bytes stay accepted. */
RINGPROC_API int64_t ringproc_write_flush(ringproc_file* file, const void* data,
                                          size_t size) RINGPROC_NOEXCEPT;

/* Effect: changes options of an open file: age, on_full, the time-outs, flush, close,
 * wait_for_space. Others must equal what the file has, else RINGPROC_E_OPTION. */
RINGPROC_API int ringproc_set_options(ringproc_file* file,
                                      const ringproc_options* options) RINGPROC_NOEXCEPT;

/* ---- what is going on ---- */
enum {                             /* capabilities: what this file has in force */
       RINGPROC_CAN_SYNC = 1,      /* flushes reach the device as far as the OS tells */
       RINGPROC_CAN_SYNC_NAME = 2, /* flushes cover the directory entry */
       RINGPROC_CAN_SURVIVE = 4,   /* accepted bytes survive the process */
       RINGPROC_CAN_DIRECT = 8,    /* large data bypasses the page cache; nothing refused so far */
       RINGPROC_CAN_PREALLOCATE = 16, /* space is taken ahead; nothing refused it so far */
       RINGPROC_CAN_GROW = 32,        /* beyond `ring`, up to a larger memory_limit */
       RINGPROC_CAN_LOCK = 64         /* share modes hold between ringproc processes */
};

enum { /* which operation failed */
       RINGPROC_OP_NONE = 0,
       RINGPROC_OP_WRITE = 1,
       RINGPROC_OP_SYNC = 2,
       RINGPROC_OP_SYNC_NAME = 3,
       RINGPROC_OP_CLOSE = 4,
       RINGPROC_OP_ACCEPT = 5 /* a write that was accepted in parts stopped between them */
};

typedef struct ringproc_failure {
  size_t size;
  int32_t code;         /* 0: no failure; else the first error, as ringproc_strerror() takes it */
  int32_t operation;    /* RINGPROC_OP_* */
  uint64_t file_offset; /* where in the file the operation began */
  uint64_t position;    /* the same as a position */
  uint64_t durable;     /* position up to which bytes were durable at that moment */
} ringproc_failure;

typedef struct ringproc_stats {
  size_t size;
  uint64_t accepted;            /* position: bytes accepted into the ring */
  uint64_t written;             /* position: bytes handed to the OS */
  uint64_t durable;             /* position: bytes on stable storage */
  uint64_t logical_size;        /* the file's size, accepted bytes included */
  uint64_t ring_capacity_bytes; /* what may be pending: the memory limit, or less if memory for
                                   more was refused just now */
  uint64_t ring_high_water_bytes;
  uint64_t patches;        /* bytes accepted by ringproc_write_at; not in `accepted` */
  uint64_t writes;         /* successful writes */
  uint64_t refused_writes; /* writes refused for lack of room: overruns, time-outs, limits */
  uint64_t refused_bytes;
  uint64_t stalls; /* writes that had to wait for room */
  uint64_t stalled_ns;
  uint64_t doorbells;    /* times a writer woke the drain */
  uint64_t os_writes;    /* write calls given to the OS */
  uint64_t flushes;      /* flushes asked for */
  uint64_t syncs;        /* syncs given to the OS */
  uint64_t sync_ns_mean; /* moving mean */
  uint32_t capabilities; /* RINGPROC_CAN_* in force */
  uint32_t suspect;      /* 1: a sync of this file failed earlier in this process */
  uint32_t handles;      /* open handles on the file */
  uint32_t reserved;
  uint64_t memory_bytes;    /* memory that the ring has now */
  uint64_t growth_refusals; /* times the ring wanted more and there was none */
  uint64_t direct_bytes;    /* written past the page cache */
} ringproc_stats;

/* Effect: a snapshot; single values are exact, together they may be from slightly different
 * moments. Blocks: never. */
RINGPROC_API int ringproc_stats_of(ringproc_file* file, ringproc_stats* stats) RINGPROC_NOEXCEPT;

/* Effect: tells in words where the file's accepted bytes are kept: the path of the region that
 * survives the process and the room left beside it, or that it is process memory and why. text:
 * NUL-terminated, cut to size. Returns: 0. Blocks: never for I/O. */
RINGPROC_API int ringproc_place_of(ringproc_file* file, char* text, size_t size) RINGPROC_NOEXCEPT;

/* Effect: the file's first error, complete. Returns 0 also if there is none (code 0). Blocks: never
 * for I/O. */
RINGPROC_API int ringproc_failure_of(ringproc_file* file,
                                     ringproc_failure* failure) RINGPROC_NOEXCEPT;

/* Effect: events worth telling go to log(user, text) instead of standard error
 * (RINGPROC_LOG=FILE|off chooses before that). NULL: back to the default. Threads: log may be
 * called from any thread and must not call this library. */
typedef void (*ringproc_log_function)(void* user, const char* text);
RINGPROC_API void ringproc_set_log(ringproc_log_function log, void* user) RINGPROC_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
