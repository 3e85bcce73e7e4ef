// What a writer that is going to be killed tells its parent: a small file both map. Written by the
// writer's threads, read by the parent at any time and after the writer's death; never by the
// library.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>

namespace crash {

// One thread's progress: operation i is issued before it begins and returned after it ended, so
// returned <= issued <= returned + 1.
struct Progress {
  std::atomic<std::uint64_t> issued{0};
  std::atomic<std::uint64_t> returned{0};
};

struct Log {
  Progress stream;  // the operations of the script
  Progress header;  // scenario threads: the second thread's patches
  std::atomic<std::uint64_t> stalls{0};
  std::atomic<std::uint64_t> high_water_bytes{0};
  std::atomic<std::uint64_t> capacity_bytes{0};
  std::atomic<std::uint32_t> capabilities{0};
  std::atomic<std::uint32_t> phase{0};  // of programs that the parent follows: forker, wait
  char message[256] = {};               // why the writer gave up
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// Effect: maps the log at path, made if it is missing. Returns: the log, until the process ends or
// unmap_log.
inline Log& map_log(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("log " + path);
  const bool fresh = ::lseek(fd, 0, SEEK_END) == 0;
  const bool sized = ::ftruncate(fd, sizeof(Log)) == 0;
  void* at = ::mmap(nullptr, sizeof(Log), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (!sized || at == MAP_FAILED) throw std::runtime_error("map " + path);
  return fresh ? *new (at) Log : *std::launder(static_cast<Log*>(at));
}

inline void unmap_log(Log& log) { ::munmap(&log, sizeof(Log)); }

inline void say(Log& log, const std::string& text) {
  std::snprintf(log.message, sizeof log.message, "%s", text.c_str());
  std::fprintf(stderr, "%s\n", text.c_str());
}

}  // namespace crash
