#include "bench/table/own_memory.hpp"

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace bench {
namespace {

std::uint64_t rollup_kib(const std::string& wanted) {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kib = 0;
    if (words >> key >> kib && key == wanted + ":") return kib;
  }
  throw std::runtime_error("no " + wanted + " in smaps_rollup");
}

std::uint64_t bytes_of_open_tmpfs_files() {
  std::set<std::pair<dev_t, ino_t>> seen;
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    struct stat status {};
    struct statfs system {};
    if (::stat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (::statfs(entry.path().c_str(), &system) != 0 || system.f_type != TMPFS_MAGIC) continue;
    if (!seen.emplace(status.st_dev, status.st_ino).second) continue;
    bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

}  // namespace

std::uint64_t resident_bytes() {
  return (rollup_kib("Pss_Anon") + rollup_kib("Pss_File")) * 1024 + bytes_of_open_tmpfs_files();
}

int threads() {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                                        std::filesystem::directory_iterator()));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace bench
