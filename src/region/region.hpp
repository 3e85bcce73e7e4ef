// A region: header and ring memory in one mapping, in the process's own memory or in a file that
// survives it. Created by the opener; from then on its fields belong to the threads that layout.hpp
// names.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>

#include "backend/backend.hpp"
#include "os/os.hpp"
#include "region/layout.hpp"
#include "region/place.hpp"
#include "region/ring.hpp"

namespace ringproc::core {

class Region {
 public:
  // In process memory. ring_bytes: rounded up to whole pages. populate_all: every page of it is
  // made present now and stays, else the first ones. limit_bytes: what it may grow to; the
  // addresses for that are reserved, no memory. Less than ring_bytes: ring_bytes. Errors: the OS's
  // (out of memory or addresses). Allocates: the mapping. Blocks: on populating.
  [[nodiscard]] static std::unique_ptr<Region> create(std::uint64_t ring_bytes, bool populate_all,
                                                      std::error_code& error,
                                                      std::uint64_t limit_bytes = 0);
  // In a file of `place` that nobody sees before publish(). Errors: also that there is no room.
  [[nodiscard]] static std::unique_ptr<Region> create_shared(std::shared_ptr<Place> place,
                                                             std::uint64_t ring_bytes,
                                                             bool populate_all,
                                                             std::error_code& error,
                                                             std::uint64_t limit_bytes = 0);
  // A private copy of a dead region's header, checked by the caller beforehand, with room for its
  // ring memory.
  [[nodiscard]] static std::unique_ptr<Region> create_copy(const RegionHeader& of,
                                                           std::error_code& error);
  ~Region();

  [[nodiscard]] RegionHeader& header() const noexcept { return *header_; }
  [[nodiscard]] const Ring& ring() const noexcept { return ring_; }
  [[nodiscard]] const Ring& patch_ring() const noexcept { return patch_ring_; }
  [[nodiscard]] os::Memory& memory() noexcept { return memory_; }

  // ---- growing: any thread ----

  // What may be pending while the disk keeps up; the range is what may be pending while it stalls.
  [[nodiscard]] std::uint64_t ring_bytes() const noexcept { return ring_bytes_; }
  // Makes at least `wanted` bytes of ring memory usable, at most the whole range. Returns: whether
  // they are. A refusal (no room, no memory) is remembered for a second, so that a writer is not
  // held up by asking again and again. Blocks: on the memory's being made, never on a disk.
  bool grow(std::uint64_t wanted) noexcept;
  // Maps the pages that were only reserved at open, so that no store of a writer that goes on has
  // to.
  void map_first_pages() noexcept;
  // What may be pending at most, as far as is known: the range, or what there is if growing was
  // refused.
  [[nodiscard]] std::uint64_t capacity() const noexcept;
  [[nodiscard]] std::uint64_t refusals() const noexcept { return refusals_.load(); }

  // ---- giving memory back: the service ----

  // No less than this stays populated: an explicit ring, or the first part.
  [[nodiscard]] std::uint64_t least() const noexcept { return least_; }
  // Ring memory beyond `keep` may not be used until it is grown again. Requires: the producer lock,
  // and Producer::leave(keep) has agreed.
  void lower(std::uint64_t keep) noexcept;
  // Gives a piece of what was lowered back to the system. Returns: whether there is more. Blocks: a
  // writer that grows the ring meanwhile, for that piece.
  [[nodiscard]] bool give_back() noexcept;
  // Header and ring memory that is held, what is about to be given back included.
  [[nodiscard]] std::uint64_t held() const noexcept { return kRingStart + backed_.load(); }

  // In a process that is ending: whoever was growing it is gone. What it had not published is as if
  // it had not begun.
  void left_alone() noexcept { new (&grow_) std::mutex; }

  // ---- surviving the process: one thread ----

  [[nodiscard]] bool shared() const noexcept { return static_cast<bool>(file_); }
  // Lets others find it. Requires: shared(), identity filled in.
  [[nodiscard]] std::error_code publish();
  // Its bytes are where they belong: it is not needed any more. Never in a forked child.
  void remove() noexcept;
  [[nodiscard]] bool published() const noexcept { return !name_.empty(); }
  // The region file's path; empty for process memory.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::uint64_t free_bytes() const noexcept {
    return place_ ? place_->free_bytes() : 0;
  }

 private:
  struct Sizes {
    std::uint64_t ring;
    std::uint64_t range;
    bool populate_all;
  };

  Region(RegionFile file, os::Memory memory, std::uint64_t range_bytes) noexcept;
  [[nodiscard]] static Sizes check_sizes(std::uint64_t ring_bytes, bool populate_all,
                                         std::uint64_t limit_bytes,
                                         std::error_code& error) noexcept;
  [[nodiscard]] static std::unique_ptr<Region> finish(RegionFile file, os::Memory memory,
                                                      const Sizes& sizes, std::error_code& error);

  std::shared_ptr<Place> place_;
  RegionFile file_;            // before memory_: populating uses it
  std::string name_;           // in place_, once published
  std::uint32_t process_ = 0;  // that published it
  bool remove_when_unmapped_ = false;
  bool removed_ = false;  // and its name given up
  os::Memory memory_;
  RegionHeader* header_;
  Ring ring_;
  Ring patch_ring_;
  std::uint64_t ring_bytes_ = 0;
  std::uint64_t least_ = 0;
  std::mutex grow_;
  std::atomic<std::uint64_t> backed_{0};  // bytes of ring memory that have pages; >= populated
  std::atomic<std::int64_t> refused_until_ns_{0};  // steady clock; 0: no refusal is in force
  std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace ringproc::core
