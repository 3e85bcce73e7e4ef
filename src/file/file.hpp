// One file, one ring: all handles of a process on a file identity share this. The producer side:
// write, read, seek, flush, and the waiting of close. Called by any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>

#include "backend/backend.hpp"
#include "drain/drain.hpp"
#include "file/doorbell.hpp"
#include "file/producer.hpp"
#include "file/producer_lock.hpp"
#include "file/read_floors.hpp"
#include "file/room_queue.hpp"
#include "file/scheduler.hpp"
#include "ringproc/options.hpp"

namespace ringproc::core {

// Where a handle stands. Guarded by the file's producer lock.
struct Cursor {
  std::uint64_t offset = 0;
  std::uint64_t limit = std::uint64_t{1} << 62;  // no byte beyond this may be written
};

enum class Whence { set, current, end };

struct FileStatistics {
  Drain::Statistics drain{};
  std::uint64_t accepted = 0, written = 0, durable = 0, logical_size = 0, capacity = 0;
  std::uint64_t patch_bytes = 0, writes = 0, refused_writes = 0, refused_bytes = 0;
  std::uint64_t stalls = 0, stalled_ns = 0, doorbells = 0, flushes = 0;
  std::uint64_t reserved = 0, growth_refusals = 0;
  std::uint32_t handles = 0;
  bool can_sync_name = false, can_lock = false, can_survive = false, can_write_direct = false;
  bool can_preallocate = false, can_grow = false;
};

class File final : public std::enable_shared_from_this<File>, public Drain::Helper {
 public:
  // For reading. make_writable() adds the ring.
  File(std::unique_ptr<Backend> backend, FileId id, Scheduler& scheduler, const Options& options);
  ~File() override;

  // Adds region, producer and drain; once. backend: NULL to write through the one given at
  // construction. place: where a ring that survives the process can live; NULL: nowhere, `no_place`
  // says why. Errors: memory, threads; Errc::survive if the ring must survive and cannot. Not for
  // hot paths.
  [[nodiscard]] std::error_code make_writable(std::unique_ptr<Backend> backend,
                                              std::shared_ptr<Place> place = nullptr,
                                              std::string no_place = {});
  [[nodiscard]] bool writable() const noexcept { return side() != nullptr; }

  // Accepts data at the cursor and moves it. See ringproc_write in ringproc.h. `silent`: the caller
  // flushes at once and runs the steps itself, so the doorbell is not rung.
  [[nodiscard]] IoResult write(Cursor& cursor, std::span<const std::byte> data,
                               bool silent = false) noexcept;
  [[nodiscard]] IoResult write_flush(Cursor& cursor, std::span<const std::byte> data) noexcept;
  [[nodiscard]] IoResult write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept;
  [[nodiscard]] IoResult read(Cursor& cursor, std::span<std::byte> to) noexcept;
  // Returns false, with the cursor where it was, for a result below 0 or above the cursor's limit.
  [[nodiscard]] bool seek(Cursor& cursor, std::int64_t offset, Whence whence) noexcept;
  [[nodiscard]] std::uint64_t tell(const Cursor& cursor) noexcept;
  // Everything accepted before the call, to what the option `flush` says.
  [[nodiscard]] std::error_code flush() noexcept;
  // Everything accepted before the call, to what the option `close` says, within close_timeout.
  // Errors: the sticky one; Errc::unwritten.
  [[nodiscard]] std::error_code drain_for_close() noexcept;
  // Everything accepted to the OS within exit_timeout; for exit().
  [[nodiscard]] std::error_code drain_for_exit() noexcept;
  // Cuts the file to nothing, in order after everything accepted.
  [[nodiscard]] std::error_code cut() noexcept;

  [[nodiscard]] std::error_code set_options(const Options& options) noexcept;
  [[nodiscard]] Options options();
  [[nodiscard]] FileStatistics statistics() noexcept;
  [[nodiscard]] Failure failure() const;
  // Where accepted bytes are kept, in words: the region's path with what room there is, or why they
  // are in process memory.
  [[nodiscard]] std::string place_text() const;
  [[nodiscard]] bool survives() const noexcept { return side() && side()->region->published(); }
  // The file is about to be renamed to that absolute path; it has been: the next flush covers the
  // new name. One rename at a time. rename() gets its name twice, and takes no memory.
  void announce_rename(const std::string& to);
  void rename(std::array<std::string, 2> to) noexcept;
  // The child of a fork: nothing may be done with this file any more.
  void orphan() noexcept;
  [[nodiscard]] bool orphaned() const noexcept { return orphaned_.load(); }
  // Whether the process is ending and this is its last thread. Then nobody else drains, and locks
  // that others held are given free: whoever may wait asks this first, and does the work itself.
  bool alone() noexcept;
  // Everything accepted to the OS, by this thread, which is the last one; later writes go straight
  // through. Returns: whether all is written. Blocks: on the device, between two parts at
  // most exit_timeout.
  bool finish_alone() noexcept;

  [[nodiscard]] const FileId& id() const noexcept { return id_; }
  [[nodiscard]] Backend& backend() noexcept;
  // Where share modes are claimed, for all handles together.
  [[nodiscard]] Backend& claims() noexcept { return *first_backend_; }
  // Gives the OS handle `native` to the application, standing at `position`; false if it is none of
  // this file's.
  [[nodiscard]] bool release_native(std::intptr_t native, std::uint64_t position) noexcept;
  // Waits, at most close_timeout, until nobody is inside a step; none is run from then on. See
  // Drain::retire_steps.
  [[nodiscard]] bool retire_steps(bool& lost) noexcept;
  // Whether accepted bytes wait that can still be written.
  [[nodiscard]] bool has_work() const noexcept;
  // Nobody needs the region any more, if all its bytes are where they belong; else it stays for
  // recovery. Nothing is accepted from then on. Returns: the region's path if it stays. Requires:
  // not in a forked child.
  std::string give_up_region() noexcept;
  // Nothing is written any more: the file ends with its last byte. Nothing is done after a failure
  // that leaves the file's state unknown. Requires: retire_steps(), or nobody else runs steps.
  [[nodiscard]] std::error_code give_back_space() noexcept;
  // Requires: retire_steps(), or nobody else has this file any more.
  [[nodiscard]] std::error_code close_backends() noexcept;

  // ---- for the scheduler ----
  [[nodiscard]] Drain& drain() noexcept { return side()->drain; }
  [[nodiscard]] const Region& region() const noexcept { return *side()->region; }
  [[nodiscard]] Doorbell& doorbell() noexcept { return side()->doorbell; }
  [[nodiscard]] std::chrono::milliseconds age() const noexcept;
  // What may be pending, as far as is known now.
  [[nodiscard]] std::uint64_t capacity() const noexcept { return side()->region->capacity(); }
  // What may be pending while the disk keeps up.
  [[nodiscard]] std::uint64_t ring_bytes() const noexcept { return side()->region->ring_bytes(); }
  // How much of the capacity has memory; growing makes it more.
  [[nodiscard]] std::uint64_t populated() const noexcept {
    return side()->region->header().populated.load(std::memory_order_acquire);
  }
  bool grow(std::uint64_t to) noexcept;
  // Has the ring keep to its first `keep` bytes, and lowers `populated` to that if nothing beyond
  // is in use. Returns: whether it is lowered; if not, asking again helps. Blocks: never; a writer
  // that comes meanwhile, for a moment.
  bool lower(std::uint64_t keep) noexcept;
  // Gives a piece of the memory that is not populated any more back. Returns: whether there is
  // more.
  void map_first_pages() noexcept { side()->region->map_first_pages(); }
  bool give_back() noexcept { return side()->region->give_back(); }
  std::uint64_t scheduler_id = 0;  // the scheduler's own name for this file, set by attach()
  std::atomic<std::uint32_t> steps{
      0};                             // scheduler: 0 none, 1 a lane has them, 2 and then once more
  std::atomic<bool> no_space{false};  // scheduler: the last try found the disk full
  std::atomic<bool> in_ready_queue{false};  // scheduler: the service thread will look
  std::atomic<bool> hurry{false};           // scheduler: much was pending at its last look

 private:
  struct Settings;
  struct Snapshot;

  // What exists only for files that are written. Grouped by the thread that writes it.
  struct WriteSide {
    WriteSide(std::unique_ptr<Region> memory, Backend& backend, Backend& claims, Helper& helper,
              std::uint64_t size)
        : region(std::move(memory)),
          producer(*region, floors, size),
          drain(*region, backend, claims, helper) {}

    std::unique_ptr<Region> region;
    ReadFloors floors;
    // The writer's.
    alignas(64) ProducerLock lock;
    Producer producer;
    RoomQueue room_queue;
    std::atomic<std::uint64_t> writes{0};
    std::atomic<std::uint64_t> refused_writes{0};
    std::atomic<std::uint64_t> refused_bytes{0};
    std::atomic<std::uint64_t> stalls{0};
    std::atomic<std::uint64_t> stalled_ns{0};
    std::atomic<std::uint64_t> doorbells{0};
    std::atomic<std::uint64_t> flushes{0};
    // The scheduler's, read at every write.
    alignas(64) Doorbell doorbell;
    // The drain's.
    alignas(64) Drain drain;
    std::atomic<std::uint64_t> patch_end{0};  // highest file offset of a patch
    std::atomic<std::uint64_t> patch_bytes{0};
    std::atomic<std::uint64_t> floors_cleared{0};
  };

  // The producer lock for one scope.
  class Locked {
   public:
    explicit Locked(WriteSide& side) noexcept : side_(side) {
      if (side_.lock.lock()) side_.producer.resume();
    }
    ~Locked() { side_.lock.unlock(); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

   private:
    WriteSide& side_;
  };

  // acquire: pairs with the release in make_writable(). Set once, by an open, while readers may be
  // at work.
  [[nodiscard]] WriteSide* side() const noexcept { return side_.load(std::memory_order_acquire); }
  [[nodiscard]] std::error_code sticky() const;
  [[nodiscard]] IoResult refuse(std::size_t size, std::error_code error) noexcept;
  [[nodiscard]] IoResult write_waiting(Cursor& cursor, std::span<const std::byte> data) noexcept;
  [[nodiscard]] IoResult accept_waiting(Cursor& cursor, std::span<const std::byte> data,
                                        const RoomQueue::Turn& turn,
                                        const Deadline& deadline) noexcept;
  [[nodiscard]] std::size_t largest_part(std::size_t size) noexcept;
  [[nodiscard]] bool try_accept(Cursor& cursor, std::span<const std::byte> data) noexcept;
  [[nodiscard]] std::uint64_t logical_size() noexcept;
  [[nodiscard]] std::error_code reach(const Target& target, Level level,
                                      std::chrono::milliseconds timeout) noexcept;
  [[nodiscard]] std::error_code read_file(std::span<std::byte> to, std::uint64_t offset) noexcept;
  [[nodiscard]] bool take_snapshot(Snapshot& snapshot, Cursor& cursor, std::size_t size);
  void fill_identity(RegionHeader& header, const Backend& writer, const FileState& state) const;
  [[nodiscard]] std::unique_ptr<Region> make_region(const Backend& writer, const FileState& state,
                                                    std::shared_ptr<Place> place,
                                                    std::string no_place, std::error_code& error);
  void want_steps() noexcept override;

  const FileId id_;
  Scheduler& scheduler_;
  const std::unique_ptr<Settings> settings_;
  const std::unique_ptr<Backend> first_backend_;
  std::unique_ptr<Backend> write_backend_;  // set before side_, when the first one cannot write
  std::unique_ptr<WriteSide> side_owner_;
  std::string why_private_;  // set before side_: why the ring does not survive; empty if it does
  std::atomic<WriteSide*> side_{nullptr};
  bool alone_ = false;                 // the last thread's
  std::atomic<bool> orphaned_{false};  // set in a forked child, by its only thread
};

}  // namespace ringproc::core
