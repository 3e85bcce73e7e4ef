// subject write FILE OTHER: performs the writer's plan on FILE, then leaves OTHER to exit().
// subject die FILE: leaves a dead region of FILE behind.
// subject recover FILE: opens a FILE with a dead region, reads it, closes it.
// With SWEEP_COPY=PATH a copy of FILE, as it is at the end, is left there.
// subject NAME FILE: a scenario of scenarios.cpp.
// What happens is told to a supervisor by marks; exit status 0 unless the usage is wrong.
#include "sweep/subject.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <string_view>

#include "ringproc/procedure.h"
#include "sweep/allocations.hpp"
#include "sweep/marks.hpp"

namespace sweep {
namespace {

// The program's own memory does not run out; where it really does, nothing can be said of the
// library.
template <typename Work>
auto own(Work work) {
  const OwnAllocations mine;
  try {
    return work();
  } catch (const std::bad_alloc&) {
    std::_Exit(kNoMemoryOfItsOwn);
  }
}

}  // namespace

void Writer::run() {
  for (std::uint64_t op = 0; op < plan_.size(); ++op) {
    if (plan_[op].kind != Kind::open && !file_) continue;
    std::int64_t result = perform(op);
    tell(op, result);
    // What failed once for lack of something is to work when it is there.
    if (plan_[op].kind != Kind::open || file_) continue;
    result = perform(op);
    tell(op, result);
  }
}

void Writer::tell(std::uint64_t op, std::int64_t result) const {
  ringproc_stats stats{};
  stats.size = sizeof stats;
  if (file_) static_cast<void>(ringproc_stats_of(file_, &stats));
  mark(Mark::returned, static_cast<long>(op), result, static_cast<long>(stats.capabilities));
}

std::int64_t Writer::perform(std::uint64_t op) {
  switch (plan_[op].kind) {
    case Kind::open:
      return open();
    case Kind::flush:
      return ringproc_flush(file_);
    case Kind::read:
      return read(file_);
    case Kind::rename:
      return rename();
    case Kind::second_handle:
      return read_by_second_handle();
    case Kind::close: {
      ringproc_file* const closing = file_;
      file_ = nullptr;
      return ringproc_close(closing);
    }
    default:
      return write(op);
  }
}

std::int64_t Writer::open() {
  const unsigned flags = RINGPROC_READ | RINGPROC_WRITE | RINGPROC_CREATE;
  return ringproc_open(path_.c_str(), flags, nullptr, &file_);
}

std::int64_t Writer::write(std::uint64_t op) {
  const Op& one = plan_[op];
  const std::string data = own([&] { return bytes_of(op, one.offset, one.size); });
  std::int64_t result = 0;
  if (one.kind == Kind::patch) {
    result = ringproc_write_at(file_, data.data(), data.size(), one.offset);
  } else {
    if (offset_ != one.offset) {
      result = ringproc_seek(file_, static_cast<std::int64_t>(one.offset), SEEK_SET);
      if (result < 0) return result;
    }
    result = one.kind == Kind::write ? ringproc_write(file_, data.data(), data.size())
                                     : ringproc_write_flush(file_, data.data(), data.size());
    offset_ = static_cast<std::uint64_t>(ringproc_seek(file_, 0, SEEK_CUR));
  }
  if (result == static_cast<std::int64_t>(data.size())) {
    own([&] { model_.write(op); });
  } else if (one.kind == Kind::write_flush || one.size > 32 * 1024) {
    exact_ = false;  // accepted all the same, or in part
  }
  return result;
}

std::int64_t Writer::read(ringproc_file* file) {
  std::string text = own([&] { return std::string(model_.content().size() + 1, '\0'); });
  const std::int64_t at = ringproc_seek(file, 0, SEEK_CUR);
  std::int64_t result = ringproc_seek(file, 0, SEEK_SET);
  if (result == 0) result = ringproc_read(file, text.data(), text.size());
  static_cast<void>(ringproc_seek(file, at, SEEK_SET));
  if (result < 0) return result;
  text.resize(static_cast<std::size_t>(result));
  return !exact_ || model_.is(text) ? result : kWrongBytes;
}

std::int64_t Writer::read_by_second_handle() {
  ringproc_file* second = nullptr;
  const int opened = ringproc_open(path_.c_str(), RINGPROC_READ, nullptr, &second);
  if (opened < 0) return opened;
  const std::int64_t result = read(second);
  const int closed = ringproc_close(second);
  return closed < 0 ? closed : result;
}

std::int64_t Writer::rename() {
  const std::string to = own([&] { return path_ + ".renamed"; });
  const LRESULT result =
      ringproc_ioproc(nullptr, MMIOM_RENAME, reinterpret_cast<LPARAM>(path_.c_str()),
                      reinterpret_cast<LPARAM>(to.c_str()));
  // Whether it has its new name after an error is for the eye of the user to see.
  if (::access(to.c_str(), F_OK) == 0) own([&] { path_ = to; });
  return result == 0 ? 0 : -static_cast<std::int64_t>(result);
}

void recover(const std::string& path) {
  Model model(dying_writers_plan());
  own([&] {
    for (std::uint64_t op = 1; op < dying_writers_plan().size(); ++op) model.write(op);
  });
  ringproc_file* file = nullptr;
  const int opened = ringproc_open(path.c_str(), RINGPROC_READ, nullptr, &file);
  mark(Mark::returned, 0, opened);
  if (opened < 0) return;
  std::string text = own([&] { return std::string(model.content().size() + 1, '\0'); });
  std::int64_t result = ringproc_read(file, text.data(), text.size());
  text.resize(static_cast<std::size_t>(result < 0 ? 0 : result));
  if (result >= 0 && !model.is(text)) result = kWrongBytes;
  mark(Mark::returned, 1, result);
  mark(Mark::returned, 2, ringproc_close(file));
}

namespace {

void leave_to_exit(const char* path) {
  ringproc_file* file = nullptr;
  if (ringproc_open(path, RINGPROC_WRITE | RINGPROC_CREATE, nullptr, &file) < 0) return;
  const std::string data = own([] { return bytes_of(kOtherOp, 0, kOtherBytes); });
  const std::int64_t result = ringproc_write(file, data.data(), data.size());
  ringproc_stats stats{};
  stats.size = sizeof stats;
  static_cast<void>(ringproc_stats_of(file, &stats));
  mark(Mark::returned, static_cast<long>(kOtherOp), result, static_cast<long>(stats.capabilities));
}

void copy_to(const std::string& file, const char* to) {
  namespace fs = std::filesystem;
  const std::string renamed = file + ".renamed";
  std::error_code ignored;  // there may be no file
  fs::copy_file(fs::exists(renamed, ignored) ? renamed : file, to, ignored);
}

int run(const std::string& what, char** words, int count) {
  if (what == "die") {
    Writer(words[0], dying_writers_plan()).run();
    ::kill(::getpid(), SIGKILL);
  }
  const bool writes = what == "write" && count == 2;
  if (!writes && what != "recover") return scenario(what, words[0]);
  const std::string file = words[0];
  static_cast<void>(writers_plan());
  static_cast<void>(dying_writers_plan());
  long number = mark(Mark::begin);
  // To look at one under a debugger, without a supervisor.
  if (const char* const given = ::getenv("SWEEP_ALLOCATION")) number = std::atol(given);
  if (number >= kInThreads) {
    fail_allocation(number - kInThreads, Whose::librarys);
  } else if (number >= 0) {
    fail_allocation(number, Whose::callers);
  }
  if (writes) {
    const auto writer = own([&] { return std::make_unique<Writer>(words[0], writers_plan()); });
    writer->run();
    leave_to_exit(words[1]);
  } else {
    recover(file);
  }
  mark(Mark::end, allocations());
  if (const char* const to = ::getenv("SWEEP_COPY")) own([&] { copy_to(file, to); });
  return 0;
}

}  // namespace
}  // namespace sweep

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: subject write|die|recover|SCENARIO FILE [OTHER]\n");
    return 2;
  }
  return sweep::run(argv[1], argv + 2, argc - 2);
}
