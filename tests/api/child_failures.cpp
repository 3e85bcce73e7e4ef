// A disk that fails: what each call tells, and until when.
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "api/child.hpp"
#include "ringproc/mmio.h"
#include "ringproc/procedure.h"

namespace api {
namespace {

constexpr std::int64_t kLimit = 65536;  // of the file's size, see limit_size

// Files cannot grow beyond kLimit: writes there fail with EFBIG.
void limit_size() {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{kLimit, kLimit};
  check(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
}

void make_syncs_fail() {
  make_fail({SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_syncfs}, EIO);
}

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

}  // namespace

const Scenarios kFailures{
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
};

}  // namespace api
