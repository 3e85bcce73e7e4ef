#include "file/file.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "file/settings.hpp"

namespace ringproc::core {

File::File(std::unique_ptr<Backend> backend, FileId id, Scheduler& scheduler,
           const Options& options)
    : id_(id),
      scheduler_(scheduler),
      settings_(std::make_unique<Settings>(options)),
      first_backend_(std::move(backend)) {}

File::~File() {
  static_cast<void>(close_backends());
  // In a forked child the scheduler is the parent's, with locks that nobody will give free.
  if (side_owner_ && !orphaned()) scheduler_.free_region(std::move(side_owner_->region));
}

// write_backend_ is set before side_ is published; a reader that does not see side_ must not look
// at it.
Backend& File::backend() noexcept {
  return side() && write_backend_ ? *write_backend_ : *first_backend_;
}

bool File::has_work() const noexcept {
  const WriteSide* const write = side();
  return write && !write->drain.failed() && write->drain.has_work();
}

void File::want_steps() noexcept { scheduler_.drain_now(*this); }

std::error_code File::sticky() const { return side()->drain.failure().error; }

std::chrono::milliseconds File::age() const noexcept { return settings_->get().age; }

std::uint64_t File::logical_size() noexcept {
  if (WriteSide* const write = side()) {
    return std::max(write->producer.end_of_file(), write->patch_end.load());
  }
  std::error_code error;
  return first_backend_->state(error).size;
}

bool File::seek(Cursor& cursor, std::int64_t offset, Whence whence) noexcept {
  const auto move = [&] {
    const std::uint64_t base = whence == Whence::set       ? 0
                               : whence == Whence::current ? cursor.offset
                                                           : logical_size();
    const auto moved = static_cast<std::uint64_t>(offset);  // two's complement: adds or subtracts
    const std::uint64_t to = base + moved;
    const bool wrapped = offset < 0 ? to > base : to < base;
    if (wrapped || to > cursor.limit) return false;
    cursor.offset = to;
    return true;
  };
  WriteSide* const write = side();
  if (!write) return move();
  const Locked locked(*write);
  return move();
}

std::uint64_t File::tell(const Cursor& cursor) noexcept {
  WriteSide* const write = side();
  if (!write) return cursor.offset;
  const Locked locked(*write);
  return cursor.offset;
}

// With a time-out somebody else must be inside the system call when it passes, so a lane does the
// work; without one the caller does it, which saves two changes of threads.
std::error_code File::reach(const Target& target, Level level,
                            std::chrono::milliseconds timeout) noexcept {
  Drain& drain = side()->drain;
  if (alone() || timeout.count() == 0) return drain.reach_inline(target, level);
  return drain.reach_by_helper(target, level, deadline_after(timeout));
}

std::error_code File::flush() noexcept {
  WriteSide* const write = side();
  if (!write) return {};
  static_cast<void>(alone());
  if (write->drain.failed()) return sticky();
  write->flushes.fetch_add(1);
  const Options options = settings_->get();
  return reach(write->drain.target(), level_of(options.flush), options.flush_timeout);
}

std::error_code File::cut() noexcept {
  WriteSide& write = *side();
  if (write.drain.failed()) return sticky();
  const Locked locked(write);
  // Rare, and other writers have to wait for it anyway: the lock is kept while the drain catches
  // up.
  const Target before = write.drain.target();
  const std::uint64_t patch_end = write.patch_end.load();
  if (auto error = reach(before, Level::os, settings_->get().close_timeout)) return error;
  const Deadline deadline = deadline_after(settings_->get().close_timeout);
  if (auto error = write.drain.cut(deadline)) return error;
  write.producer.set_end_of_file(0);
  // A patch that came meanwhile is ordered after the cut as far as the size goes; nobody knows for
  // its bytes.
  std::uint64_t expected = patch_end;
  if (write.drain.target().patches == before.patches) {
    static_cast<void>(write.patch_end.compare_exchange_strong(expected, 0));
  }
  return {};
}

std::error_code File::set_options(const Options& options) noexcept {
  static_cast<void>(alone());
  const std::lock_guard lock(settings_->m);
  Options fixed = settings_->options;
  fixed.age = options.age;
  fixed.on_full = options.on_full;
  fixed.write_timeout = options.write_timeout;
  fixed.flush_timeout = options.flush_timeout;
  fixed.flush = options.flush;
  fixed.close = options.close;
  fixed.close_timeout = options.close_timeout;
  fixed.exit_timeout = options.exit_timeout;
  fixed.wait_for_space = options.wait_for_space;
  if (fixed != options) return Errc::option;
  settings_->options = options;
  if (WriteSide* const write = side()) write->drain.set_wait_for_space(options.wait_for_space);
  return {};
}

Options File::options() {
  static_cast<void>(alone());
  return settings_->get();
}

FileStatistics File::statistics() noexcept {
  FileStatistics all;
  all.logical_size = logical_size();
  all.can_lock = claims().locks();
  WriteSide* const write = side();
  if (!write) return all;
  static_cast<void>(alone());
  const RegionHeader& header = write->drain.header();
  all.drain = write->drain.statistics();
  // durable before written before accepted: so the snapshot keeps their order.
  all.durable = header.durable.load();
  all.written = header.written.load();
  all.accepted = header.accepted.load();
  all.drain.high_water = std::max(all.drain.high_water, all.accepted - all.written);
  all.capacity = write->region->capacity();
  all.reserved = write->region->held();
  all.growth_refusals = write->region->refusals();
  all.can_survive = write->region->published();
  all.can_grow = header.ring_range > write->region->ring_bytes();
  all.patch_bytes = write->patch_bytes.load();
  all.writes = write->writes.load();
  all.refused_writes = write->refused_writes.load();
  all.refused_bytes = write->refused_bytes.load();
  all.stalls = write->stalls.load();
  all.stalled_ns = write->stalled_ns.load();
  all.doorbells = write->doorbells.load();
  all.flushes = write->flushes.load();
  all.can_write_direct = write->drain.writes_direct();
  all.can_preallocate = write->drain.takes_space_ahead();
  try {
    all.can_sync_name = write->drain.names_can_sync() && !backend().path().empty();
  } catch (const std::bad_alloc&) {
    // Not known now, so not promised.
  }
  return all;
}

Failure File::failure() const {
  const WriteSide* const write = side();
  return write ? write->drain.failure() : Failure{};
}

}  // namespace ringproc::core
