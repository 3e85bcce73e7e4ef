// mmioWrite through the ring against the built-in procedure, and a durable flush against WriteFile
// and FlushFileBuffers, in turns within one run. Single calls are timed with the performance
// counter; under Wine its resolution is 0.1 us, its cost is not subtracted.
//
// Usage: latency [--json] [--writes N] [--flushes N] DIRECTORY
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "measure.hpp"
#include "ringproc/install.h"

namespace ringproc::latency {
namespace {

struct Options {
  bool json = false;
  std::size_t writes = 20000;
  std::size_t flushes = 300;
  std::string directory;
};

struct Row {
  std::string what;
  std::size_t size;
  Samples samples;
};

[[noreturn]] void give_up(const char* what, unsigned long code) {
  std::fprintf(stderr, "latency: %s failed: %lu\n", what, code);
  std::exit(1);
}

class MmioFile {
 public:
  MmioFile(const std::string& path, LPMMIOPROC procedure) : path_(path) {
    MMIOINFO info{};
    info.pIOProc = procedure;
    handle_ = mmioOpenA(path_.data(), &info, MMIO_CREATE | MMIO_WRITE);
    if (!handle_) give_up("mmioOpen", info.wErrorRet);
  }
  ~MmioFile() {
    if (const MMRESULT result = mmioClose(handle_, 0)) give_up("mmioClose", result);
    DeleteFileA(path_.c_str());
  }
  MmioFile(const MmioFile&) = delete;
  MmioFile& operator=(const MmioFile&) = delete;

  void write(const std::vector<char>& block) {
    const auto size = static_cast<LONG>(block.size());
    if (mmioWrite(handle_, block.data(), size) != size) give_up("mmioWrite", GetLastError());
  }
  void flush() {
    if (const MMRESULT result = ringproc_mmio_flush(handle_)) give_up("flush", result);
  }

 private:
  std::string path_;
  HMMIO handle_ = nullptr;
};

class RawFile {
 public:
  explicit RawFile(const std::string& path)
      : handle_(CreateFileA(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                            FILE_FLAG_DELETE_ON_CLOSE, nullptr)) {
    if (handle_ == INVALID_HANDLE_VALUE) give_up("CreateFile", GetLastError());
  }
  ~RawFile() { CloseHandle(handle_); }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  void write_and_flush(const std::vector<char>& block) {
    DWORD written = 0;
    const auto size = static_cast<DWORD>(block.size());
    if (!WriteFile(handle_, block.data(), size, &written, nullptr) || written != size) {
      give_up("WriteFile", GetLastError());
    }
    if (!FlushFileBuffers(handle_)) give_up("FlushFileBuffers", GetLastError());
  }

 private:
  HANDLE handle_;
};

// The arms take turns, so that what else the machine does meets both. A turn is half a default
// ring: a capture's bursts, not a stream faster than the disk. The first turn of each is not
// counted.
constexpr std::size_t kTurnBytes = 8 << 20;

void compare_writes(const Options& options, std::size_t size, std::vector<Row>& rows) {
  const std::vector<char> block(size, 'x');
  MmioFile ring(options.directory + "\\latency-ring.tmp", ringproc_ioproc);
  MmioFile builtin(options.directory + "\\latency-builtin.tmp", nullptr);
  const std::size_t turn = std::min(kTurnBytes / size, options.writes);
  const auto take_turns = [&](Samples& of_ring, Samples& of_builtin) {
    for (std::size_t i = 0; i < turn; ++i) of_ring.add([&] { ring.write(block); });
    ring.flush();  // what is still in the ring is not left to the other arm
    for (std::size_t i = 0; i < turn; ++i) of_builtin.add([&] { builtin.write(block); });
  };
  Samples of_ring(options.writes + turn);
  Samples of_builtin(options.writes + turn);
  Samples ignored(2 * turn);
  take_turns(ignored, ignored);
  while (of_ring.count() < options.writes) take_turns(of_ring, of_builtin);
  rows.push_back({"mmioWrite, ring", size, std::move(of_ring)});
  rows.push_back({"mmioWrite, built-in", size, std::move(of_builtin)});
}

void compare_flushes(const Options& options, std::vector<Row>& rows) {
  const std::vector<char> block(4096, 'x');
  MmioFile ring(options.directory + "\\latency-ring.tmp", ringproc_ioproc);
  RawFile raw(options.directory + "\\latency-raw.tmp");
  Samples of_ring(options.flushes);
  Samples of_raw(options.flushes);
  for (std::size_t i = 0; i < options.flushes; ++i) {
    of_ring.add([&] {
      ring.write(block);
      ring.flush();
    });
    of_raw.add([&] { raw.write_and_flush(block); });
  }
  rows.push_back({"mmioWrite + ringproc_mmio_flush", block.size(), std::move(of_ring)});
  rows.push_back({"WriteFile + FlushFileBuffers", block.size(), std::move(of_raw)});
}

void print_table(std::vector<Row>& rows) {
  std::printf("%-34s %8s %8s %10s %10s %10s\n", "us per call", "bytes", "n", "p50", "p99.9", "max");
  for (Row& row : rows) {
    std::printf("%-34s %8zu %8zu %10.2f %10.2f %10.2f\n", row.what.c_str(), row.size,
                row.samples.count(), row.samples.quantile(0.5), row.samples.quantile(0.999),
                row.samples.quantile(1));
  }
}

void print_json(std::vector<Row>& rows) {
  const char* before = "[";
  for (Row& row : rows) {
    std::printf(
        "%s\n  {\"what\": \"%s\", \"bytes\": %zu, \"n\": %zu, \"p50_us\": %.2f, "
        "\"p99_9_us\": %.2f, \"max_us\": %.2f}",
        before, row.what.c_str(), row.size, row.samples.count(), row.samples.quantile(0.5),
        row.samples.quantile(0.999), row.samples.quantile(1));
    before = ",";
  }
  std::printf("\n]\n");
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--json") == 0) {
      options.json = true;
    } else if (more && std::strcmp(argv[i], "--writes") == 0) {
      options.writes = std::strtoul(argv[++i], nullptr, 10);
    } else if (more && std::strcmp(argv[i], "--flushes") == 0) {
      options.flushes = std::strtoul(argv[++i], nullptr, 10);
    } else {
      options.directory = argv[i];
    }
  }
  return !options.directory.empty() && options.writes > 0 && options.flushes > 0;
}

}  // namespace
}  // namespace ringproc::latency

int main(int argc, char** argv) {
  using namespace ringproc::latency;
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: latency [--json] [--writes N] [--flushes N] DIRECTORY\n");
    return 2;
  }
  std::vector<Row> rows;
  compare_writes(options, 4096, rows);
  compare_writes(options, 65536, rows);
  compare_flushes(options, rows);
  if (options.json) {
    print_json(rows);
  } else {
    print_table(rows);
  }
  return 0;
}
