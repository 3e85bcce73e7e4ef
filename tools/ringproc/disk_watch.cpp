#include "disk_watch.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include "disk_space.hpp"
#include "os.hpp"

namespace ringproc::tool {
namespace {

constexpr std::chrono::seconds kInterval{1};
constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

}  // namespace

DiskWatch::DiskWatch(const std::string& path, Target& target, std::function<void()> also)
    : path_(path), target_(target), also_(std::move(also)), file_(path), room_bytes_(kUnknown) {}

void DiskWatch::start() {
  thread_ = os::start_thread("ringproc-watch", os::Scheduling::ordinary, [this](bool) { run(); });
}

void DiskWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void DiskWatch::run() {
  for (;;) {
    look();
    std::unique_lock lock(mutex_);
    if (stopped_.wait_for(lock, kInterval, [this] { return stopping_; })) return;
  }
}

void DiskWatch::look() {
  if (file_.is_deleted()) deleted_.store(true, std::memory_order_release);
  const TargetMarks marks = target_.marks();
  const auto free = free_bytes(path_);
  std::uint64_t room = kUnknown;
  if (free) {
    const std::uint64_t waiting = marks.accepted - marks.written;
    const std::uint64_t all = *free + file_.reserved_bytes();
    room = all > waiting ? all - waiting : 0;
  }
  // relaxed: a number by itself.
  room_bytes_.store(room, std::memory_order_relaxed);
  also_();
}

std::optional<std::uint64_t> DiskWatch::room_bytes() const {
  const std::uint64_t room = room_bytes_.load(std::memory_order_relaxed);  // as above
  return room == kUnknown ? std::nullopt : std::optional(room);
}

}  // namespace ringproc::tool
