#include "runtime/runtime.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>

#include "os/os.hpp"
#include "runtime/ending_files.hpp"
#include "runtime/log.hpp"

namespace ringproc::core {
namespace {

constexpr std::uint64_t kTurn =
    16 * 1024 * 1024;  // bytes a lane writes for one file before others get a turn

// What a lane does with a file's steps: none, has them, has them and is to look once more.
constexpr std::uint32_t kNone = 0;
constexpr std::uint32_t kPosted = 1;
constexpr std::uint32_t kAgain = 2;

std::mutex instance_mutex;
Runtime* instance_pointer = nullptr;  // guarded by instance_mutex
Runtime* parents_runtime = nullptr;   // in a forked child, guarded by instance_mutex
std::atomic<std::uint32_t> owner_process{0};

}  // namespace

Runtime& Runtime::instance() {
  const std::lock_guard lock(instance_mutex);
  if (!instance_pointer) {
    instance_pointer = new Runtime;
    if (owner_process.exchange(os::process_id()) == 0) {
      os::at_fork(before_fork, after_fork_parent, after_fork_child);
      // A full table of exit handlers costs only the drain at exit; close() is not affected.
      static_cast<void>(std::atexit(at_exit));
    }
  }
  return *instance_pointer;
}

Runtime::Runtime()
    : service_([this](const std::shared_ptr<File>& file) { post_steps_or_later(file); }) {}

std::error_code Runtime::prepare(File& file) {
  {
    const std::lock_guard lock(start_);
    if (!started_) {
      if (auto error = service_.start()) return error;
      started_ = true;
    }
  }
  return lanes_.prepare(file.id().device);
}

void Runtime::attach(const std::shared_ptr<File>& file) {
  EndingFiles::add(*file);
  service_.add(file);
}

void Runtime::detach(File& file) noexcept {
  EndingFiles::remove(file);
  if (file.scheduler_id != 0) service_.remove(file.scheduler_id);
}

void Runtime::ring(File& file) noexcept {
  if (file.alone()) {
    static_cast<void>(file.finish_alone());
  } else {
    service_.ring(file);
  }
}

void Runtime::drain_now(File& file) noexcept {
  if (file.alone()) {
    static_cast<void>(file.finish_alone());
  } else {
    // Without memory for a lane's task, whoever asks does it.
    const std::shared_ptr<File> shared = file.shared_from_this();
    if (!post_steps(shared)) run_steps(shared);
  }
}

// One lane at a time has a file's steps; who asks meanwhile makes it look once more.
// Returns false if there is no memory to ask with; then the steps are the caller's.
bool Runtime::post_steps(const std::shared_ptr<File>& file) {
  std::uint32_t state = file->steps.load();
  for (;;) {
    const std::uint32_t next = state == kNone ? kPosted : kAgain;
    if (state == kAgain) return true;
    if (file->steps.compare_exchange_weak(state, next)) break;
  }
  if (state != kNone) return true;
  try {
    lanes_.post(file->id().device, [this, file] {
      run_steps(file);
      spare_.make();
    });
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

// From the service thread, which does no I/O: it asks again in a while, as for a disk that was
// full.
void Runtime::post_steps_or_later(const std::shared_ptr<File>& file) {
  if (post_steps(file)) return;
  file->steps.exchange(kNone);
  file->no_space.exchange(true);
  service_.ring(*file);
}

void Runtime::run_steps(const std::shared_ptr<File>& file) {
  const Step step = file->drain().work(kTurn);
  const bool again = file->steps.exchange(kNone) == kAgain;
  // Otherwise somebody is at it: what is written may still have to be synced.
  if (step == Step::nothing || step == Step::failed) retire_if_abandoned(file);
  if (again || step == Step::progressed) {
    post_steps_or_later(file);
  } else if (step != Step::busy) {
    // Busy: the step's owner calls for a lane when it leaves.
    if (step == Step::no_space) file->no_space.exchange(true);
    service_.ring(*file);
  }
}

// After a close that ran out of time: the file is given back to the system when its lane has come
// to an end.
void Runtime::retire_if_abandoned(const std::shared_ptr<File>& file) {
  if (file->has_work() || !table_.retire(*file)) return;
  detach(*file);
  const std::string outcome = file->drain().failed() ? "given up" : "written completely";
  bool lost = false;
  // If somebody is inside a step all the same, the file is closed when the last one lets go of it.
  std::error_code error;
  if (file->retire_steps(lost)) {
    error = file->give_back_space();
    if (const std::error_code closing = file->close_backends()) error = closing;
    static_cast<void>(file->give_up_region());
  }
  log(file->backend().path() + ": " + outcome + " after close timed out" +
      (error ? "; closing it: " + error.message() : ""));
}

// An ordinary exit() without close. In a DLL of Windows this runs when it is detached: then the
// other threads are gone.
void Runtime::at_exit() {
  if (owner_process.load() != os::process_id()) return;  // a child that never opened anything
  if (os::process_is_ending()) return EndingFiles::finish();
  try {
    instance().finish_files();
  } catch (const std::bad_alloc&) {
    // The regions stay, and the next start finishes them.
    log("no memory to finish files at exit");
  }
}

void Runtime::finish_files() {
  for (const auto& file : table_.all()) {
    if (!file->writable()) continue;
    const std::error_code error =
        file->failure().error ? file->failure().error : file->drain_for_exit();
    bool lost = false;  // then the region stays
    if (!error && file->retire_steps(lost)) static_cast<void>(file->give_back_space());
    const std::string left = file->give_up_region();
    // A failure may have come when nobody called any more; bytes that it cost are told of.
    if (left.empty() && (!error || !file->drain().has_work())) continue;
    log(file->backend().path() + ": not completely written at exit: " + error.message() +
        (left.empty() ? std::string() : "; the rest is in " + left));
  }
}

void Runtime::before_fork() {
  instance_mutex.lock();
  if (instance_pointer) instance_pointer->table_.lock();
}

void Runtime::after_fork_parent() {
  if (instance_pointer) instance_pointer->table_.unlock();
  instance_mutex.unlock();
}

// The parent's threads do not exist here: its files are dead, and a new runtime is made at the next
// open.
void Runtime::after_fork_child() {
  owner_process.store(os::process_id());
  OwnRegions::forget();
  if (instance_pointer) {
    instance_pointer->table_.orphan_all();
    instance_pointer->table_.unlock();
  }
  // The old one is left to the handles that point to it; named, so that it does not look like a
  // leak.
  if (instance_pointer) parents_runtime = std::exchange(instance_pointer, nullptr);
  instance_mutex.unlock();
}

}  // namespace ringproc::core
