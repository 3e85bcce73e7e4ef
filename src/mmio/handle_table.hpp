// Handles of open files: small numbers that are looked up, never dereferenced. Any thread. Looking
// one up is a few atomic operations: no lock, no allocation, no system call. Slots are never freed,
// so a stale handle is always told.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "mmio/open_file.hpp"
#include "ringproc/mmio.h"

namespace ringproc::mmio {

class HandleTable {
 public:
  // One handle. `state` holds, from the top: generation (32 bits), closing (1), open (1), pins
  // (30).
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> state{0};
    OpenFile file;
    std::uint32_t index = 0;      // constant
    std::uint32_t next_free = 0;  // guarded by m_
  };

  // Effect: takes a free slot, whose `file` the caller fills in before publish(). Returns: null if
  // there is none (about 65,000 are open) or no memory. Threads: any. Blocks: on other opens and
  // closes, briefly.
  [[nodiscard]] Slot* reserve() noexcept;
  [[nodiscard]] static HMMIO handle_of(const Slot& slot) noexcept;
  // Effect: makes the handle valid.
  static void publish(Slot& slot) noexcept;
  // Effect: puts back a slot whose handle is not valid (any more).
  void free(Slot& slot) noexcept;

  // Effect: looks a handle up and keeps its slot alive until unpin(). Returns: null if the handle
  // is not open.
  [[nodiscard]] Slot* pin(HMMIO handle) noexcept;
  static void unpin(Slot& slot) noexcept;

  // Effect: makes the handle of a pinned slot invalid. Returns: false if another thread did so
  // before.
  [[nodiscard]] static bool begin_close(Slot& slot) noexcept;
  // Blocks: until the caller's pin is the only one, that is until the calls in progress on the
  // handle have returned.
  static void wait_for_callers(Slot& slot) noexcept;

 private:
  // 0 and 1 and the error codes are never handles: mmioOpen returns them for MMIO_DELETE and the
  // like.
  static constexpr std::uint32_t kFirstHandle = 0x200;
  static constexpr std::size_t kChunkSlots = 64;
  static constexpr std::size_t kChunks = (0x10000 - kFirstHandle) / kChunkSlots;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  using Chunk = std::array<Slot, kChunkSlots>;

  [[nodiscard]] bool grow() noexcept;

  std::array<std::atomic<Chunk*>, kChunks>
      chunks_{};  // stored once each, under m_; read without it
  std::mutex m_;
  std::size_t chunk_count_ = 0;  // guarded by m_
  std::uint32_t first_free_ =
      kNone;  // guarded by m_; a queue, so that a slot is reused as late as possible
  std::uint32_t last_free_ = kNone;  // guarded by m_
};

// The process's table. Never destroyed: files may be closed after static destructors have run.
[[nodiscard]] HandleTable& handles() noexcept;

// A look-up for the length of one API call.
class Pin {
 public:
  explicit Pin(HMMIO handle) noexcept;
  ~Pin();
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  explicit operator bool() const noexcept { return slot_ != nullptr; }
  [[nodiscard]] OpenFile& file() const noexcept { return slot_->file; }
  [[nodiscard]] HandleTable::Slot& slot() const noexcept { return *slot_; }
  // Returns: whether this thread is inside another call on the same handle, that is inside its
  // procedure.
  [[nodiscard]] bool nested() const noexcept;

 private:
  HandleTable::Slot* slot_;
  Pin* outer_ = nullptr;
};

}  // namespace ringproc::mmio
