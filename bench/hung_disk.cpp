// ringproc_hung_disk [DIRECTORY [ROUNDS [MIB]]]: how fast a file in DIRECTORY is written and made
// durable while 0, 8 and 64 files on another disk hang, those in turn and several times over, and
// how many threads the process has then. The other disk is tests/bad_disk.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bad_disk/mount.hpp"
#include "ringproc/ringproc.hpp"

namespace {

using ringproc::File;
using ringproc::Mode;

File open(const std::string& path, const char* text) {
  ringproc::Options options;
  std::error_code error;
  if (!ringproc::parse_options(text, options).empty()) std::abort();
  auto file = File::open(path, Mode::create, error, &options);
  if (error) throw std::system_error(error, path);
  return file;
}

void check(const std::error_code& error, const char* what) {
  if (error) throw std::system_error(error, what);
}

std::size_t threads() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Files whose drain hangs, each with bytes in its ring, until they are let go.
class HungFiles {
 public:
  HungFiles(bad_disk::Mount& disk, std::size_t count) : disk_(disk) {
    const std::string text(64 * 1024, 'x');
    disk.fault("write 1 0 hang");
    for (std::size_t i = 0; i < count; ++i) {
      files_.push_back(open(disk.file(std::to_string(i)), "age=1ms,memory_limit=1M"));
      check(files_.back().write(std::as_bytes(std::span(text))).error, "write");
    }
    if (count > 0 && disk.hanging(1) == 0) throw std::runtime_error("nothing hangs");
  }
  HungFiles(const HungFiles&) = delete;
  HungFiles& operator=(const HungFiles&) = delete;
  ~HungFiles() {
    disk_.release();
    for (File& file : files_) static_cast<void>(file.close());
    disk_.sync();
  }

 private:
  bad_disk::Mount& disk_;
  std::vector<File> files_;
};

// Returns: MiB per second until durable.
double write_healthy(const std::string& path, std::size_t mib) {
  const std::string block(1 << 20, 'y');
  const auto begin = std::chrono::steady_clock::now();
  auto file = open(path, "");
  for (std::size_t i = 0; i < mib; ++i) {
    check(file.write(std::as_bytes(std::span(block))).error, "write");
  }
  check(file.flush(), "flush");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  check(file.close(), "close");
  std::filesystem::remove(path);
  return static_cast<double>(mib) / took.count();
}

int run(const std::string& directory, int rounds, std::size_t mib) {
  bad_disk::Mount disk;
  if (!disk.mounted()) throw std::runtime_error("the bad disk cannot be mounted");
  const std::string path = directory + "/ringproc-healthy.dat";
  write_healthy(path, mib);  // the first one pays for what all use
  std::printf("%-6s %-11s %-13s %s\n", "round", "hung files", "MiB/s", "threads");
  for (int round = 1; round <= rounds; ++round) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{8}, std::size_t{64}}) {
      const HungFiles hung(disk, count);
      const double speed = write_healthy(path, mib);
      std::printf("%-6d %-11zu %-13.1f %zu\n", round, count, speed, threads());
      std::fflush(stdout);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (const auto obstacle = bad_disk::Mount::obstacle(); !obstacle.empty()) {
    std::fprintf(stderr, "cannot run here: %s\n", obstacle.c_str());
    return 77;
  }
  return run(argc > 1 ? argv[1] : ".", argc > 2 ? std::atoi(argv[2]) : 4,
             argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 256);
} catch (const std::exception& problem) {
  std::fprintf(stderr, "%s\n", problem.what());
  return 1;
}
