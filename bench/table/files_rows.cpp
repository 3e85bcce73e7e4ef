// 1,024 files at 48 kHz mono, 16 bits, written by one thread: every 1,024 frames (21.3 ms) 2,048
// bytes to each file. CPU time of the whole process against the same through stdio's fwrite with
// its default buffer, from after the opens until everything is handed to the OS; threads; and what
// a file holds resident that is open and idle.
#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <thread>

#include "bench/table/group.hpp"
#include "bench/table/own_memory.hpp"
#include "bench/table/pacer.hpp"
#include "bench/table/plain_file.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

constexpr std::size_t kBlock = 1024 * 2;
constexpr std::uint64_t kPeriodNs = 21'333'333;
constexpr int kFew = 16;

const std::vector<std::byte>& block() {
  static const std::vector<std::byte> data(kBlock, std::byte{0x5a});
  return data;
}

std::string name_of(const Context& context, int i) {
  return context.path("file-" + std::to_string(i) + ".dat");
}

void raise_descriptor_limit(int files) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto needed = static_cast<rlim_t>(files) * 4 + 100;  // file, region, and some to spare
  if (limit.rlim_max < needed) throw NotHere("too few descriptors allowed (ulimit -Hn)");
  limit.rlim_cur = std::max(limit.rlim_cur, needed);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class RingFiles {
 public:
  RingFiles(const Context& context, int n) {
    for (int i = 0; i < n; ++i) {
      std::error_code error;
      files_.push_back(ringproc::File::open(name_of(context, i), ringproc::Mode::create, error));
      if (error) throw std::system_error(error, "open");
      auto options = ringproc::Options{};
      options.flush = ringproc::Until::os;
      if (files_.back().set_options(options)) throw std::runtime_error("options");
    }
  }
  void write() {
    for (auto& file : files_) {
      if (file.write(block()).bytes != kBlock) throw std::runtime_error("a write failed");
    }
  }
  void hand_over() {
    for (auto& file : files_) {
      if (const auto error = file.flush()) throw std::system_error(error, "flush");
    }
  }
  void close() {
    for (auto& file : files_) {
      if (const auto error = file.close()) throw std::system_error(error, "close");
    }
  }

 private:
  std::vector<ringproc::File> files_;
};

class StdioFiles {
 public:
  StdioFiles(const Context& context, int n) {
    for (int i = 0; i < n; ++i) {
      files_.emplace_back(std::fopen(name_of(context, i).c_str(), "wb"), &std::fclose);
      if (!files_.back()) throw std::runtime_error("fopen failed");
    }
  }
  void write() {
    for (const auto& file : files_) {
      if (std::fwrite(block().data(), 1, kBlock, file.get()) != kBlock) {
        throw std::runtime_error("fwrite failed");
      }
    }
  }
  void hand_over() {
    for (const auto& file : files_) {
      if (std::fflush(file.get()) != 0) throw std::runtime_error("fflush failed");
    }
  }
  void close() { files_.clear(); }

 private:
  std::vector<std::unique_ptr<std::FILE, int (*)(std::FILE*)>> files_;
};

void remove_all(const Context& context, int n) {
  for (int i = 0; i < n; ++i) std::filesystem::remove(name_of(context, i));
}

// The least there is to do if each file is written once a second: that, always from the same bytes.
template <int kFlags>
class WritesAlone {
 public:
  WritesAlone(const Context& context, int n)
      : block_(static_cast<std::byte*>(std::aligned_alloc(kAlignment, kSecond)), &std::free) {
    std::memset(block_.get(), 0x5a, kSecond);
    for (int i = 0; i < n; ++i) files_.emplace_back(name_of(context, i), kFlags);
  }
  void write() {
    constexpr std::size_t kTicks = 1'000'000'000 / kPeriodNs;
    for (std::size_t i = tick_ % kTicks; i < files_.size(); i += kTicks) {
      const auto offset = static_cast<off_t>(tick_ / kTicks * kSecond);
      if (!files_[i].try_write_at({block_.get(), kSecond}, offset)) {
        throw std::runtime_error("a write failed");
      }
    }
    ++tick_;
  }
  void hand_over() {}
  void close() { files_.clear(); }

 private:
  static constexpr std::size_t kAlignment = 4096;
  static constexpr std::size_t kSecond = 24 * kAlignment;  // 48,000 samples, as whole blocks
  std::unique_ptr<std::byte, void (*)(void*)> block_;
  std::deque<PlainFile> files_;
  std::size_t tick_ = 0;
};

struct Run {
  double cpu_s = 0;
  double open_and_close_cpu_s = 0;
  int threads = 0;
};

template <typename Files>
Run capture(const Context& context, int n, int seconds) {
  Run run;
  const double before_opens = cpu_seconds();
  Files files(context, n);
  const double begin = cpu_seconds();
  Pacer pacer(kPeriodNs);
  const auto ticks = static_cast<std::uint64_t>(seconds) * 1'000'000'000 / kPeriodNs;
  for (std::uint64_t tick = 0; tick < ticks; ++tick) {
    pacer.wait();
    files.write();
  }
  run.threads = threads();
  files.hand_over();
  const double end = cpu_seconds();
  files.close();
  run.cpu_s = end - begin;
  run.open_and_close_cpu_s = cpu_seconds() - end + begin - before_opens;
  remove_all(context, n);
  return run;
}

Measured idle(const Context& context, int n) {
  context.say("idle files");
  RingFiles warm_up(context, 1);
  const std::uint64_t before = resident_bytes();
  Measured measured;
  {
    RingFiles files(context, n);
    files.write();
    // A file counts as idle after 5 s without a byte.
    std::this_thread::sleep_for(std::chrono::seconds(7));
    const double each = static_cast<double>(resident_bytes() - before) / n / kKiB;
    measured.turns.push_back({each, std::nullopt});
    files.close();
  }
  warm_up.close();
  remove_all(context, n);
  measured.note = "opened, one block written, then 7 s without a byte";
  measured.raw = {{"files", n}};
  return measured;
}

Results measure(const Context& context) {
  const int n = context.pick(1024, 64);
  const int seconds = context.pick(10, 1);
  const int turns = context.pick(3, 2);
  raise_descriptor_limit(n);
  Results results;
  Measured& cpu = results["files_cpu"];
  Measured& threads = results["files_threads"];
  context.say("a few files");
  const Run few = capture<RingFiles>(context, kFew, context.pick(3, 1));
  nlohmann::json opens = nlohmann::json::array();
  for (int i = 1; i <= turns; ++i) {
    const std::string which = "turn " + std::to_string(i) + " of " + std::to_string(turns);
    context.say(which + ", ours");
    const Run ours = capture<RingFiles>(context, n, seconds);
    context.say(which + ", stdio");
    const Run theirs = capture<StdioFiles>(context, n, seconds);
    cpu.turns.push_back({ours.cpu_s, theirs.cpu_s});
    threads.turns.push_back({static_cast<double>(ours.threads), static_cast<double>(few.threads)});
    opens.push_back(
        {{"ours_s", ours.open_and_close_cpu_s}, {"theirs_s", theirs.open_and_close_cpu_s}});
  }
  context.say("the least there is to do");
  constexpr int kFlags = O_RDWR | O_CREAT | O_TRUNC;
  const Run cached = capture<WritesAlone<kFlags>>(context, n, seconds);
  const Run direct = capture<WritesAlone<kFlags | O_DIRECT>>(context, n, seconds);
  cpu.note =
      std::to_string(n) +
      " files, blocks of 2,048 bytes (1,024 frames of 16 bits) every 21.3 ms for " +
      std::to_string(seconds) +
      " s; opens and closes apart. One write a second and file, always of the same bytes and "
      "nothing else: through the page cache " +
      std::to_string(std::lround(cached.cpu_s * 1000)) + " ms, past it " +
      std::to_string(std::lround(direct.cpu_s * 1000)) + " ms";
  cpu.raw = {{"files", n},
             {"block_bytes", kBlock},
             {"seconds", seconds},
             {"open_and_close_cpu", opens},
             {"writes_alone_cached_s", cached.cpu_s},
             {"writes_alone_direct_s", direct.cpu_s}};
  results["files_idle"] = idle(context, n);
  return results;
}

}  // namespace

std::vector<Group> files_groups() {
  return {{"files",
           {{"files_cpu", "1,024 files at 48 kHz mono: CPU time", "1,024 files through stdio",
             "<= 1/4", "s", Judged::ratio, Bound::at_most, 0.25},
            {"files_threads", "1,024 files: threads of the process", "16 files", "the same",
             "threads", Judged::ratio, Bound::at_most, 1},
            {"files_idle", "an idle file: resident memory, shared memory counted", "", "<= 64 KiB",
             "KiB", Judged::ours, Bound::at_most, 64}},
           2 * kGiB,
           256 * kMiB,
           measure}};
}

}  // namespace bench
