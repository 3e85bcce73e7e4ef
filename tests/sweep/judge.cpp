#include "sweep/judge.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "ringproc/ringproc.h"
#include "sweep/marks.hpp"

namespace sweep {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool takes_a_path(int number) {
  static const std::set<int> all{SYS_openat,    SYS_newfstatat, SYS_statx,     SYS_linkat,
                                 SYS_unlinkat,  SYS_renameat2,  SYS_mkdir,     SYS_readlink,
                                 SYS_faccessat, SYS_access,     SYS_readlinkat};
  return all.contains(number);
}

const std::vector<Op>& plan_of(Subject subject) {
  return subject == Subject::writer ? writers_plan() : dying_writers_plan();
}

bool has_thread(const Supervised& program, const std::string& name) {
  std::error_code none;
  const std::string tasks = "/proc/" + std::to_string(program.pid()) + "/task";
  for (const auto& entry : fs::directory_iterator(tasks, none)) {
    if (content_of(entry.path() / "comm") == name + "\n") return true;
  }
  return false;
}

// An open, a rename or a read through a second handle may fail alone.
bool must_be_told_by_close(Kind kind) {
  return kind == Kind::write || kind == Kind::patch || kind == Kind::flush ||
         kind == Kind::write_flush;
}

// Nothing was accepted, for lack of something: the next one may be.
bool is_refusal(std::int64_t result) {
  return result == -ENOMEM || result == RINGPROC_E_OVERRUN || result == RINGPROC_E_TIMEOUT;
}

}  // namespace

Judge::Judge(Subject subject, const Injection& injection, std::string directory,
             std::string regions, std::string log)
    : subject_(subject),
      injection_(injection),
      directory_(std::move(directory)),
      regions_(std::move(regions)),
      log_(std::move(log)),
      plan_(plan_of(subject)),
      disk_(directory_),
      model_(plan_) {
  if (subject_ != Subject::recoverer) return;
  for (std::uint64_t op = 1; op < plan_.size(); ++op) model_.write(op);
}

Answer Judge::call(Supervised& program, const Call& call) {
  if (call.number == SYS_prctl) return mark(program, call);
  const bool on_disk = disk_.is_for_it(program, call);
  if (armed_ && concerns(call) && ++count_ == injection_.k) {
    hit_ = true;
    describe(program, call);
    if (injection_.error != kShort) {
      return on_disk ? disk_.fail(program, call, injection_.error)
                     : Answer::error(injection_.error);
    }
    if (on_disk) return disk_.act(program, call, call.number == SYS_pwritev ? 2048 : 8);
  }
  return on_disk ? disk_.act(program, call) : Answer{};
}

// Waking must not fail; waiting may end for no reason.
bool Judge::concerns(const Call& call) const {
  if (call.number != injection_.number) return false;
  if (call.number != SYS_futex) return true;
  const int operation = static_cast<int>(call.args[1]) & FUTEX_CMD_MASK;
  return operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
}

void Judge::describe(const Supervised& program, const Call& call) {
  std::ifstream in("/proc/" + std::to_string(call.thread) + "/comm");
  std::string thread;
  std::getline(in, thread);
  std::string name = program.name_of(call.descriptor());
  if (takes_a_path(call.number)) {
    std::string text(200, '\0');
    const bool first = call.number == SYS_mkdir || call.number == SYS_access;
    if (program.read(call.args[first ? 0 : 1], std::as_writable_bytes(std::span(text)))) {
      name = text.c_str();
    }
  }
  on_directory_ = fs::is_directory(name);
  where_ = "by " + thread + (name.empty() ? "" : " on " + name);
}

Answer Judge::mark(const Supervised& program, const Call& call) {
  const auto a = static_cast<std::int64_t>(call.args[2]);
  switch (static_cast<Mark>(call.args[1])) {
    case Mark::begin:
      armed_ = true;
      return Answer::result(injection_.number == kAllocation         ? injection_.k
                            : injection_.number == kThreadAllocation ? kInThreads + injection_.k
                                                                     : 0);
    case Mark::returned:
      returned(static_cast<std::uint64_t>(a), static_cast<std::int64_t>(call.args[3]),
               call.args[4]);
      break;
    case Mark::end:
      ended_ = true;
      if (injection_.number < 0 && injection_.k > 0) hit_ = injection_.k <= a;
      must_be_closed(program);
      if (subject_ == Subject::recoverer) recovered();
      break;
    default:
      break;
  }
  return Answer::result(0);
}

void Judge::returned(std::uint64_t op, std::int64_t result, std::uint64_t capabilities) {
  if (result == kWrongBytes && !(subject_ == Subject::recoverer && logged())) {
    complain("what is read is not what was accepted");
  }
  if (result < 0) told_.insert(result);
  if (subject_ == Subject::recoverer) return;
  if (op == kOtherOp) {
    other_result_ = result;
    survives_ = (capabilities & RINGPROC_CAN_SURVIVE) != 0;
    return;
  }
  const Op& one = plan_[op];
  if (result < 0) {
    names_are_open_ |= one.kind == Kind::rename;
    failed_ |= must_be_told_by_close(one.kind);
    sticky_ |= must_be_told_by_close(one.kind) && !is_refusal(result);
    return;
  }
  if (one.size > 0 && result != one.size) {
    complain("a write of " + std::to_string(one.size) + " bytes returns " + std::to_string(result));
  }
  if (sticky_ && must_be_told_by_close(one.kind))
    complain("success after a failure of the same file");
  if (one.size > 0) model_.write(op);
  if (one.kind == Kind::flush || one.kind == Kind::write_flush) {
    must_survive_a_power_cut("a flush", (capabilities & RINGPROC_CAN_SYNC_NAME) != 0);
  }
  if (one.kind == Kind::rename && !disk_.keeps_name(path()) && !on_directory_) {
    complain("a rename returned, and a power cut would undo it");
  }
  if (one.kind != Kind::close) return;
  closed_well_ = true;
  if (failed_) complain("close returns success after a failed write or flush");
  if (!model_.is(content_of(path())))
    complain("close returned, and the file is not what it was told");
}

void Judge::must_survive_a_power_cut(const char* claim, bool names) {
  if (!model_.is(disk_.kept_bytes(path()), true)) {
    complain(std::string(claim) + " returned, and a power cut would take bytes before it");
  }
  if (names && !names_are_open_ && !disk_.keeps_name(path())) {
    complain(std::string(claim) + " returned, and a power cut would take the file's name");
  }
}

// The region is only given up when everything in it is durable.
void Judge::recovered() {
  if (regions_are_left()) return;
  const std::string kept = kept_beside();
  const std::string& holds = kept.empty() ? file() : kept;
  if (!model_.is(disk_.kept_bytes(holds), true)) {
    complain("the region is gone, and a power cut would take bytes of it");
  }
  if (!disk_.keeps_name(holds) && !on_directory_) {
    complain("the region is gone, and a power cut would take the name of " + holds);
  }
}

// But what is left to exit() on purpose: the other file, its region, the next one, one given up
// that no lane has taken apart yet (SpareRegion), their directory.
void Judge::must_be_closed(const Supervised& program) {
  // What is said to have failed has not happened; and another thread may be at a dead region again.
  if (injection_.number == SYS_close || has_thread(program, "ringproc-rescue")) return;
  int regions = 0;
  for (const auto& entry :
       fs::directory_iterator("/proc/" + std::to_string(program.pid()) + "/fd")) {
    const std::string name = program.name_of(std::stoi(entry.path().filename()));
    if (name.starts_with(file())) complain("a descriptor of " + name + " is left open");
    if (name.starts_with(regions_)) ++regions;
  }
  if (regions > 4) complain(std::to_string(regions) + " descriptors of regions are left open");
}

void Judge::look_at_what_is_left() {
  if (!ended_) return;  // it crashed or hung, which is worse
  if (regions_are_left()) complain("a region is left that cannot be recovered");
  const std::string left = content_of(path());
  if (subject_ == Subject::recoverer) {
    const std::string kept = kept_beside();
    if (!model_.is(left) && (kept.empty() || !model_.is(content_of(kept)))) {
      complain("bytes of the dead writer are lost");
    }
    return;
  }
  if (closed_well_ && !model_.is(left)) complain("the file changed after its close");
  if (!closed_well_ && told_.empty() && !logged()) complain("nobody was told of anything");
  if (!closed_well_ && !model_.may_be_left(left)) complain("the file holds what nobody wrote");
  // Nobody is there to be told by a result; bytes in process memory may be lost, and then are told
  // of.
  const bool whole = content_of(other()) == bytes_of(kOtherOp, 0, kOtherBytes);
  if (other_result_ < 0 || whole) return;
  if (!logged() || survives_) complain("bytes that were left to exit() are lost");
}

bool Judge::logged() const {
  std::error_code none;
  return fs::file_size(log_, none) > 0 && !none;
}

void Judge::complain(const std::string& text) {
  if (complaint_.empty()) complaint_ = text;
}

std::string Judge::path() const {
  const std::string renamed = file() + ".renamed";
  return fs::exists(renamed) ? renamed : file();
}

std::string Judge::kept_beside() const {
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().string().starts_with(file() + ".ringproc-")) return entry.path();
  }
  return {};
}

bool Judge::regions_are_left() const {
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(regions_, none)) {
    if (entry.is_regular_file()) return true;
  }
  return false;
}

}  // namespace sweep
