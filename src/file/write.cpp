// WRITE: take the producer lock, copy, publish, ring if a mark was crossed. Everything slower is
// further down.
#include <algorithm>
#include <array>

#include "file/file.hpp"
#include "file/settings.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"

namespace ringproc::core {

IoResult File::write(Cursor& cursor, std::span<const std::byte> data, bool silent) noexcept {
  WriteSide& write = *side();
  if (write.drain.failed()) return {0, sticky()};
  if (data.empty()) return {};
  std::uint64_t accepted = 0;
  {
    const Locked locked(write);
    if (!write.room_queue.empty() || !try_accept(cursor, data)) {
      accepted = 0;
    } else {
      accepted = write.producer.accepted();
    }
  }
  if (accepted == 0) return write_waiting(cursor, data);
  if (!silent && write.doorbell.crossed(accepted) && !probe::mutant(probe::Mutant::drop_bell)) {
    write.doorbells.fetch_add(1, std::memory_order_relaxed);  // a statistic
    scheduler_.ring(*this);
  }
  return {data.size(), {}};
}

// Under the producer lock.
bool File::try_accept(Cursor& cursor, std::span<const std::byte> data) noexcept {
  WriteSide& write = *side();
  if (data.size() > write.producer.capacity()) return false;
  if (cursor.offset > cursor.limit || data.size() > cursor.limit - cursor.offset) return false;
  while (!write.producer.try_accept(data, cursor.offset)) {
    // The service grows the ring ahead of need; a burst that is faster does it itself. That waits
    // for memory, not for a disk.
    const std::uint64_t pages = write.producer.pages_wanted();
    if (pages == 0) return false;
    static_cast<void>(alone());
    if (!write.region->grow(pages)) return false;
    // Whoever grows it by himself, and flushes by himself, has no other way to be looked at when it
    // is idle.
    if (!os::process_is_ending()) scheduler_.ring(*this);
  }
  cursor.offset += data.size();
  // relaxed, and no read-modify-write: changed under the producer lock only; a statistic for
  // others.
  write.writes.store(write.writes.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return true;
}

IoResult File::refuse(std::size_t size, std::error_code error) noexcept {
  WriteSide& write = *side();
  write.refused_writes.fetch_add(1, std::memory_order_relaxed);  // statistics
  write.refused_bytes.fetch_add(size, std::memory_order_relaxed);
  return {0, error};
}

// The ring is full, or the write is larger than the ring, or beyond the limit.
IoResult File::write_waiting(Cursor& cursor, std::span<const std::byte> data) noexcept {
  WriteSide& write = *side();
  static_cast<void>(alone());
  const std::uint64_t offset = tell(cursor);
  if (offset > cursor.limit || data.size() > cursor.limit - offset) {
    return refuse(data.size(), std::make_error_code(std::errc::file_too_large));
  }
  const Options options = settings_->get();
  if (options.on_full == OnFull::fail) return refuse(data.size(), Errc::overrun);

  const auto begin = Clock::now();
  const Deadline deadline = deadline_after(options.write_timeout);
  std::size_t taken = 0;
  std::error_code error;
  {
    const RoomQueue::Turn turn(write.room_queue);
    while (taken < data.size() && !error) {
      const IoResult part = accept_waiting(cursor, data.subspan(taken), turn, deadline);
      error = part.error;
      taken += part.bytes;
    }
  }
  write.drain.notify();  // the next in the queue may be first now
  if (taken > 0 && write.doorbell.crossed(write.drain.target().position)) scheduler_.ring(*this);
  const auto waited = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin);
  write.stalls.fetch_add(1, std::memory_order_relaxed);  // statistics
  write.stalled_ns.fetch_add(static_cast<std::uint64_t>(waited.count()), std::memory_order_relaxed);
  if (!error) return {data.size(), {}};
  if (taken > 0) {
    const Target now = write.drain.target();
    write.drain.fail({error, Operation::accept, offset + taken, now.position, 0});
    return {0, error};
  }
  return write.drain.failed() ? IoResult{0, error} : refuse(data.size(), error);
}

// By the scheduler. Writers that wait for room because more memory was refused try again.
bool File::grow(std::uint64_t to) noexcept {
  WriteSide& write = *side();
  const bool grown = write.region->grow(to);
  if (grown && !write.room_queue.empty()) write.drain.notify();
  return grown;
}

// By the scheduler, in the writer's place: WRITE has nothing to do with it, and an idle file has no
// writer. Only if nobody has the lock, and nobody waits for room.
bool File::lower(std::uint64_t keep) noexcept {
  WriteSide& write = *side();
  if (!write.room_queue.empty() || !write.lock.try_lock()) return false;
  const bool unused = write.producer.leave(keep);
  if (unused) write.region->lower(keep);
  write.lock.unlock();
  return unused;
}

// What of a large write can be accepted at once, in a drained ring: all, or a part. Parts of half a
// ring keep the drain busy with one half while the other fills. Under the producer lock.
std::size_t File::largest_part(std::size_t size) noexcept {
  WriteSide& write = *side();
  const bool grows = write.region->capacity() == write.producer.capacity();
  const std::uint64_t most = grows ? write.producer.capacity() : write.producer.largest_write();
  if (size <= most) return size;
  return static_cast<std::size_t>(grows ? most / 2 : most);
}

// Accepts all of data, or a part of it if all is more than the ring can hold. Blocks: until this
// turn is the first and there is room; ends by failure or deadline too.
IoResult File::accept_waiting(Cursor& cursor, std::span<const std::byte> data,
                              const RoomQueue::Turn& turn, const Deadline& deadline) noexcept {
  WriteSide& write = *side();
  const RegionHeader& header = write.drain.header();
  const auto progress = [&] {
    return std::array{header.freed.load(std::memory_order_acquire),
                      header.runs_retired.load(std::memory_order_acquire),
                      write.floors_cleared.load(),
                      header.populated.load(std::memory_order_acquire)};
  };
  for (;;) {
    if (write.drain.failed()) return {0, sticky()};
    const auto seen = progress();  // before the try: what changes after it wakes us
    const bool first = turn.is_first();
    if (first) {
      const Locked locked(write);
      if (try_accept(cursor, data)) return {data.size(), {}};
      const std::size_t part = largest_part(data.size());
      if (part < data.size() && try_accept(cursor, data.first(part))) return {part, {}};
      // That growing is refused may have come out only now: then the part was too large.
      if (largest_part(data.size()) != part) continue;
    }
    // The end of a block that a direct write left is in the way, too.
    const Target all = write.drain.target();
    if (all.position - header.written.load(std::memory_order_acquire) < kBlock) {
      write.drain.want_written();
    }
    want_steps();
    const bool changed =
        write.drain.wait([&] { return progress() != seen || turn.is_first() != first; }, deadline);
    if (write.drain.failed()) return {0, sticky()};
    if (!changed) return {0, Errc::timeout};
  }
}

IoResult File::write_flush(Cursor& cursor, std::span<const std::byte> data) noexcept {
  WriteSide& write = *side();
  static_cast<void>(alone());
  const Options options = settings_->get();
  const bool runs_steps_itself = options.flush_timeout.count() == 0;
  const IoResult result = this->write(cursor, data, runs_steps_itself);
  if (result.error) return result;
  write.flushes.fetch_add(1);
  const std::error_code error =
      reach(write.drain.target(), level_of(options.flush), options.flush_timeout);
  return {result.bytes, error};  // accepted in any case
}

IoResult File::write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept {
  WriteSide& write = *side();
  Drain& drain = write.drain;
  static_cast<void>(alone());
  if (drain.failed()) return {0, sticky()};
  if (data.size() > kMaxPatch) return {0, Errc::limit};
  if (data.empty()) return {};
  if (offset > (std::uint64_t{1} << 62) - data.size()) {
    return {0, std::make_error_code(std::errc::file_too_large)};
  }
  const Options options = settings_->get();
  const Deadline deadline = deadline_after(options.write_timeout);
  for (;;) {
    const std::uint64_t seen = drain.header().patches_retired.load();  // before the try, see below
    if (drain.try_patch(data, offset)) break;
    if (drain.failed()) return {0, sticky()};
    if (options.on_full == OnFull::fail) return refuse(data.size(), Errc::overrun);
    want_steps();
    const bool changed =
        drain.wait([&] { return drain.header().patches_retired.load() != seen; }, deadline);
    if (drain.failed()) return {0, sticky()};
    if (!changed) return refuse(data.size(), Errc::timeout);
  }
  std::uint64_t end = write.patch_end.load();
  while (end < offset + data.size() &&
         !write.patch_end.compare_exchange_weak(end, offset + data.size())) {
  }
  write.patch_bytes.fetch_add(data.size(), std::memory_order_relaxed);  // a statistic
  // Not a doorbell position: a patch has none. The scheduler looks at the file and finds the patch.
  scheduler_.ring(*this);
  return {data.size(), {}};
}

}  // namespace ringproc::core
