#include "file/file.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include "file/settings.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"

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

std::error_code File::make_writable(std::unique_ptr<Backend> backend, std::shared_ptr<Place> place,
                                    std::string no_place) {
  const Options options = settings_->get();
  Backend& writer = backend ? *backend : *first_backend_;
  std::error_code error;
  const FileState state = writer.known_state(error);
  if (!error && options.direct == Direct::on) error = writer.prepare_direct();
  if (error) return error;
  auto region = make_region(writer, state, std::move(place), std::move(no_place), error);
  if (error) return error;
  error = scheduler_.prepare(*this);
  if (error) {
    region->remove();
    return error;
  }
  side_owner_ =
      std::make_unique<WriteSide>(std::move(region), writer, *first_backend_, *this, state.size);
  side_owner_->drain.begin(options.direct, options.preallocate, state.size);
  write_backend_ = std::move(backend);
  side_owner_->drain.set_wait_for_space(options.wait_for_space);
  // release: pairs with side().
  side_.store(side_owner_.get(), std::memory_order_release);
  scheduler_.attach(shared_from_this());
  return {};
}

// A ring that survives the process, or else one that does not, if that is allowed.
std::unique_ptr<Region> File::make_region(const Backend& writer, const FileState& state,
                                          std::shared_ptr<Place> place, std::string no_place,
                                          std::error_code& error) {
  const Options options = settings_->get();
  const bool all = options.ring_bytes != 0;
  const std::uint64_t limit = options.memory_limit_bytes;
  // A limit below the default is meant as it is said; one below an explicit ring is refused.
  const std::uint64_t bytes = all          ? options.ring_bytes
                              : limit != 0 ? std::min(limit, kDefaultRing)
                                           : kDefaultRing;
  if (options.survive == Survive::off) {
    place.reset();
    no_place = "option survive=off";
  } else if (place && writer.findable_path().empty()) {
    place.reset();
    no_place = "recovery could not find the file: it has no name";
  }
  if (place) {
    const std::string directory = place->directory();
    std::unique_ptr<Region> region;
    if (!all && limit <= bytes) region = scheduler_.spare_region(place, bytes);
    if (!region) region = Region::create_shared(std::move(place), bytes, all, error, limit);
    if (!error) {
      fill_identity(region->header(), writer, state);
      error = region->publish();
    }
    if (!error) return region;
    no_place = "no region in " + directory + ": " + error.message();
  }
  why_private_ = no_place;
  if (options.survive == Survive::on) {
    error = Errc::survive;
    return nullptr;
  }
  return Region::create(bytes, all, error, limit);
}

void File::fill_identity(RegionHeader& header, const Backend& writer,
                         const FileState& state) const {
  Identity& identity = header.identity;
  identity.device = id_.device;
  identity.inode = id_.inode;
  identity.birth_ns = state.birth_ns;
  identity.process = os::process_id();
  identity.holder = identity.process;  // again: making the header has wiped out what lock() wrote
  const std::string& boot = os::boot_id();
  boot.copy(identity.boot_id.data(), identity.boot_id.size() - 1);
  const std::string path = writer.findable_path();
  path.copy(identity.paths[0].data(), kPathBytes - 1);
  FileMark& mark = header.journal.marks[0];
  mark.size = state.size;
  mark.modified_ns = state.modified_ns;
  mark.changed_ns = state.changed_ns;
}

std::string File::place_text() const {
  const WriteSide* const write = side();
  if (!write) return why_private_.empty() ? "not open for writing" : why_private_;
  const Region& region = *write->region;
  if (!region.published()) return "process memory (" + why_private_ + ")";
  return region.path() + " (" + std::to_string(region.free_bytes() >> 20) + " MiB free)";
}

std::string File::give_up_region() noexcept {
  WriteSide* const write = side();
  if (!write || !write->region->published()) return {};
  {
    // Whoever is in the middle of a write has published it, or will not.
    const Locked locked(*write);
    write->producer.stop();
  }
  if (!write->drain.end()) return write->region->path();
  write->region->remove();
  return {};
}

// write_backend_ is set before side_ is published; a reader that does not see side_ must not look
// at it.
Backend& File::backend() noexcept {
  return side() && write_backend_ ? *write_backend_ : *first_backend_;
}

std::error_code File::give_back_space() noexcept {
  WriteSide* const write = side();
  if (!write) return {};
  const Failure failure = write->drain.failure();
  // A write that found the disk full has left the file valid up to what was written.
  const bool known = !failure.error || failure.error == Errc::stale_handle ||
                     (failure.operation == Operation::write && is_disk_full(failure.error));
  if (!known) return {};
  const std::error_code error = write->drain.give_back_space();
  // Cutting zeros off changed the size, which a durable close promises too.
  const bool durable = settings_->get().close == Until::device;
  if (error || !durable || !write->drain.header().space_filled) return error;
  const std::error_code sync = backend().sync();
  if (sync) scheduler_.suspect(*this);
  return sync;
}

std::error_code File::close_backends() noexcept {
  const std::error_code first = first_backend_ ? first_backend_->close() : std::error_code{};
  const std::error_code second = write_backend_ ? write_backend_->close() : std::error_code{};
  return second ? second : first;
}

bool File::retire_steps(bool& lost) noexcept {
  WriteSide* const write = side();
  lost = false;
  return !write || write->drain.retire_steps(deadline_after(settings_->get().close_timeout), lost);
}

bool File::has_work() const noexcept {
  const WriteSide* const write = side();
  return write && !write->drain.failed() && write->drain.has_work();
}

bool File::release_native(std::intptr_t native, std::uint64_t position) noexcept {
  for (Backend* const each : {first_backend_.get(), write_backend_.get()}) {
    if (!each || each->native() != native) continue;
    each->release(position);
    return true;
  }
  return false;
}

bool File::alone() noexcept {
  if (!os::process_is_ending()) return false;
  if (std::exchange(alone_, true)) return true;
  new (&settings_->m) std::mutex;
  if (WriteSide* const write = side()) {
    write->drain.left_alone();
    write->region->left_alone();
    new (&write->room_queue) RoomQueue;
    new (&write->floors) ReadFloors;
  }
  return true;
}

bool File::finish_alone() noexcept {
  constexpr std::uint64_t kPart = 1024 * 1024;
  WriteSide* const write = side();
  if (!write || !alone()) return true;
  const Deadline deadline = deadline_after(settings_->get().exit_timeout);
  write->drain.want_written();
  while (write->drain.work(kPart) == Step::progressed && (!deadline || Clock::now() < *deadline)) {
  }
  if (!write->drain.has_work()) static_cast<void>(give_back_space());
  write->doorbell.arm(0);  // whoever is detached after us and still writes rings at each byte
  // The region stays, with nothing pending: a mapped file cannot be removed, and a DLL that is
  // detached later may still write. The next start of the library removes it.
  return !write->drain.failed() && !write->drain.has_work();
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

std::error_code File::drain_for_close() noexcept {
  WriteSide* const write = side();
  if (!write) return {};
  static_cast<void>(alone());
  if (write->drain.failed()) return sticky();
  const Options options = settings_->get();
  const std::error_code error =
      reach(write->drain.target(), level_of(options.close), options.close_timeout);
  return error == Errc::timeout ? make_error_code(Errc::unwritten) : error;
}

std::error_code File::drain_for_exit() noexcept {
  Drain& drain = side()->drain;
  return drain.reach_by_helper(drain.target(), Level::os,
                               deadline_after(settings_->get().exit_timeout));
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

// Both paths are known to recovery until the rename is over, whenever the process is killed.
void File::announce_rename(const std::string& to) {
  WriteSide* const write = side();
  if (!write) return;
  Identity& identity = write->region->header().identity;
  std::array<char, kPathBytes>& path =
      identity.paths[static_cast<std::size_t>((identity.renames.load() + 1) % 2)];
  path.fill('\0');
  to.copy(path.data(), path.size() - 1);
  probe::stored();
}

void File::rename(std::array<std::string, 2> to) noexcept {
  first_backend_->set_path(std::move(to[0]));
  if (write_backend_) write_backend_->set_path(std::move(to[1]));
  WriteSide* const write = side();
  if (!write) return;
  // Tells recovery, too, that the file's ctime has changed since it was noted.
  write->region->header().identity.renames.fetch_add(1);
  probe::stored();
  write->drain.name_is_due();
}

void File::orphan() noexcept {
  orphaned_.store(true);
  first_backend_->abandon();
  if (write_backend_) write_backend_->abandon();
  if (WriteSide* const write = side()) {
    write->drain.orphan({Errc::forked, Operation::none, 0, 0, 0});
  }
}

}  // namespace ringproc::core
