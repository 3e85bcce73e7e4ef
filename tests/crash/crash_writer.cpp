// crash_writer SCENARIO[:END] FILE SEED LOG [N_OPS]: performs the operations of crash_ops.hpp on
// FILE and tells LOG; it is made to be killed. END: what it does after N_OPS operations: close
// (default), check (reads everything back, then closes), exit, _exit, kill, wait.
// crash_writer open FILE: opens FILE for reading and is gone at once.
// crash_writer touch FILE: makes FILE and closes it.
// Exit status 1: something did not work, said on standard error and in LOG; 2: usage.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "crash/crash_log.hpp"
#include "crash/crash_ops.hpp"
#include "ringproc/procedure.h"

namespace {

constexpr unsigned kReadWrite = RINGPROC_READ | RINGPROC_WRITE;
constexpr std::uint64_t kEndless = 2'000'000;

class Writer {
 public:
  Writer(std::string scenario, std::string path, std::uint64_t seed, crash::Log& log)
      : scenario_(std::move(scenario)),
        path_(std::move(path)),
        seed_(seed),
        log_(log),
        script_(scenario_, seed),
        bytes_(seed) {}

  // Returns: whether everything worked.
  bool run(std::uint64_t count) {
    if (!open(0, path_, kReadWrite)) return false;
    note_statistics();
    if (survival_is_demanded() && (log_.capabilities & RINGPROC_CAN_SURVIVE) == 0) {
      return fail("survive=on, but RINGPROC_CAN_SURVIVE is not in force", 0);
    }
    if (!open(1, path_, kReadWrite)) return false;
    std::thread second;
    std::atomic<bool> stop{false};
    std::atomic<bool> second_good{true};
    bool good = true;
    for (std::uint64_t i = 0; i < count && good; ++i) {
      const auto op = script_.next();
      if (second.joinable() && scenario_ == "overtaken") let_the_drain_keep_up(op.size);
      log_.stream.issued = i + 1;
      good = perform(op, i);
      if (!good) break;
      log_.stream.returned = i + 1;
      if (i % 16 == 0) note_statistics();
      if (i == 0 && scenario_ == "threads") {
        second = std::thread([&] { second_good = headers(stop); });
      }
      if (i == 0 && scenario_ == "overtaken") {
        second = std::thread([&] { second_good = flushes(stop); });
      }
    }
    stop = true;
    if (second.joinable()) second.join();
    note_statistics();
    log_.phase = 1;
    return good && second_good;
  }

  bool close() {
    bool good = true;
    for (auto*& handle : handles_) {
      const int result = handle == nullptr ? 0 : ringproc_close(handle);
      handle = nullptr;
      if (result != 0) good = fail("close", result);
    }
    return good;
  }

  // Everything that was accepted can be read.
  bool check(std::uint64_t count) {
    crash::Model model(scenario_, seed_);
    model.advance(count);
    std::string text(model.content().size() + 1, '\0');
    ringproc_seek(handles_[0], 0, SEEK_SET);
    const auto got = ringproc_read(handles_[0], text.data(), text.size());
    if (got < 0) return fail("read", got);
    text.resize(static_cast<std::size_t>(got));
    return text == model.content() || fail("what is read is not what was written", 0);
  }

 private:
  bool fail(const std::string& what, std::int64_t result) {
    crash::say(log_, "crash_writer: " + what + (result < 0 ? ": " : "") +
                         (result < 0 ? ringproc_strerror(result) : ""));
    return false;
  }

  static bool survival_is_demanded() {
    const char* options = std::getenv("RINGPROC_OPTIONS");
    return options != nullptr &&
           std::string_view(options).find("survive=on") != std::string_view::npos;
  }

  bool open(unsigned handle, const std::string& path, unsigned flags) {
    if (handle == 0) flags |= RINGPROC_CREATE;
    const int result = ringproc_open(path.c_str(), flags, nullptr, &handles_[handle]);
    return result == 0 || fail("open", result);
  }

  void note_statistics() {
    ringproc_stats stats{};
    stats.size = sizeof stats;
    if (ringproc_stats_of(handles_[0], &stats) != 0) return;
    log_.stalls = stats.stalls;
    log_.high_water_bytes = stats.ring_high_water_bytes;
    log_.capacity_bytes = stats.ring_capacity_bytes;
    log_.capabilities = stats.capabilities;
  }

  bool perform(const crash::Op& op, std::uint64_t i) {
    auto* handle = handles_[op.handle];
    switch (op.kind) {
      case crash::Kind::flush: {
        const int result = ringproc_flush(handle);
        return result == 0 || fail("flush", result);
      }
      case crash::Kind::cut:
        return cut();
      case crash::Kind::rename:
        return rename();
      default:
        return write(op, bytes_.of(i, op.size));
    }
  }

  bool write(const crash::Op& op, std::string_view data) {
    auto* handle = handles_[op.handle];
    if (op.seek) {
      const auto at = ringproc_seek(handle, static_cast<std::int64_t>(op.offset), SEEK_SET);
      if (at != static_cast<std::int64_t>(op.offset)) return fail("seek", at);
    }
    const auto result = op.kind == crash::Kind::patch
                            ? ringproc_write_at(handle, data.data(), data.size(), op.offset)
                        : op.kind == crash::Kind::write
                            ? ringproc_write(handle, data.data(), data.size())
                            : ringproc_write_flush(handle, data.data(), data.size());
    return result == static_cast<std::int64_t>(data.size()) || fail("write", result);
  }

  // The second handle is closed and opened again with CREATE, while the first stays open.
  bool cut() {
    const int result = ringproc_close(handles_[1]);
    handles_[1] = nullptr;
    if (result != 0) return fail("close before the cut", result);
    return open(1, path_, kReadWrite | RINGPROC_CREATE);
  }

  bool rename() {
    const auto to = path_ + ".renamed.wav";
    const auto result =
        ringproc_ioproc(nullptr, MMIOM_RENAME, reinterpret_cast<LPARAM>(path_.c_str()),
                        reinterpret_cast<LPARAM>(to.c_str()));
    if (result != 0) return fail("rename gives " + std::to_string(result), 0);
    path_ = to;
    return true;
  }

  // Scenario threads, second thread: a counter in the first bytes, again and again.
  bool headers(const std::atomic<bool>& stop) {
    for (std::uint64_t j = 1; !stop && j < kEndless; ++j) {
      log_.header.issued = j;
      const auto data = crash::header_of(j);
      const auto result = ringproc_write_at(handles_[0], data.data(), data.size(), 0);
      if (result != static_cast<std::int64_t>(data.size())) return fail("header", result);
      log_.header.returned = j;
    }
    return true;
  }

  // Scenario overtaken: at most one operation is pending when the next one is made, so that the
  // drain is at the last run.
  void let_the_drain_keep_up(std::uint32_t size) {
    ringproc_stats stats{};
    stats.size = sizeof stats;
    while (ringproc_stats_of(handles_[0], &stats) == 0 &&
           stats.accepted - stats.written > last_size_) {
      std::this_thread::yield();
    }
    last_size_ = size;
  }

  // Scenario overtaken, second thread: keeps the drain right behind the writer (with flush=os).
  bool flushes(const std::atomic<bool>& stop) {
    while (!stop) {
      if (const int result = ringproc_flush(handles_[0]); result != 0) return fail("flush", result);
    }
    return true;
  }

  std::uint32_t last_size_ = 0;
  std::string scenario_;
  std::string path_;
  std::uint64_t seed_;
  crash::Log& log_;
  crash::Script script_;
  crash::Bytes bytes_;
  ringproc_file* handles_[2] = {nullptr, nullptr};
};

int open_and_be_gone(const char* path) {
  ringproc_file* file = nullptr;
  const int result = ringproc_open(path, RINGPROC_READ, nullptr, &file);
  if (result != 0) std::fprintf(stderr, "crash_writer open: %s\n", ringproc_strerror(result));
  ::_exit(result == 0 ? 0 : 1);
}

int touch(const char* path) {
  ringproc_file* file = nullptr;
  const int result = ringproc_open(path, kReadWrite | RINGPROC_CREATE, nullptr, &file);
  return result == 0 && ringproc_close(file) == 0 ? 0 : 1;
}

[[noreturn]] void wait_to_be_killed() {
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "open") return open_and_be_gone(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == "touch") return touch(argv[2]);
  if (argc < 5) return 2;
  std::string scenario = argv[1];
  std::string end = "close";
  if (const auto colon = scenario.find(':'); colon != std::string::npos) {
    end = scenario.substr(colon + 1);
    scenario.resize(colon);
  }
  const auto seed = std::strtoull(argv[3], nullptr, 0);
  const auto count = argc > 5 ? std::strtoull(argv[5], nullptr, 0)
                              : (scenario == "script" ? crash::script_ops().size() : kEndless);
  // Static: what is open at exit() is the library's to finish, and not a leak.
  static Writer* writer = new Writer(scenario, argv[2], seed, crash::map_log(argv[4]));
  if (!writer->run(count)) return 1;
  if (end == "exit") std::exit(0);
  if (end == "_exit") ::_exit(0);
  if (end == "kill") ::kill(::getpid(), SIGKILL);
  if (end == "wait" || end == "kill") wait_to_be_killed();
  if (end == "check" && !writer->check(count)) return 1;
  return writer->close() ? 0 : 1;
}
