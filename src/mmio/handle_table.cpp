#include "mmio/handle_table.hpp"

#include <new>

namespace ringproc::mmio {
namespace {

constexpr std::uint64_t kOpen = std::uint64_t{1} << 30;
constexpr std::uint64_t kClosing = std::uint64_t{1} << 31;
constexpr std::uint64_t kPins = kOpen - 1;
constexpr unsigned kGenerationShift = 32;

// Of the generation, a handle carries what fits beside 16 bits of slot into a positive 32-bit
// number.
constexpr std::uint64_t kHandleGenerations = 0x7FFF;

constinit HandleTable g_handles;
// The pins of this thread, innermost first: tells a procedure that closes the handle it was called
// for.
constinit thread_local Pin* t_innermost = nullptr;

}  // namespace

HandleTable& handles() noexcept { return g_handles; }

HMMIO HandleTable::handle_of(const Slot& slot) noexcept {
  // Relaxed: the generation changes only while the slot is free, and the caller has reserved it.
  const std::uint64_t state = slot.state.load(std::memory_order_relaxed);
  const std::uint64_t generation = (state >> kGenerationShift) & kHandleGenerations;
  // The handle is a number in the clothes of a pointer, as in winmm.
  return reinterpret_cast<HMMIO>(  // NOLINT(performance-no-int-to-ptr)
      static_cast<std::uintptr_t>(generation << 16 | (slot.index + kFirstHandle)));
}

HandleTable::Slot* HandleTable::pin(HMMIO handle) noexcept {
  const auto number = reinterpret_cast<std::uintptr_t>(handle);
  if (number >> 31 != 0) return nullptr;
  const std::size_t index =
      (number & 0xFFFF) - kFirstHandle;  // wraps to a huge one below kFirstHandle
  if (index >= kChunks * kChunkSlots) return nullptr;
  // Acquire, with the release in grow(): the slots are constructed.
  Chunk* const chunk = chunks_[index / kChunkSlots].load(std::memory_order_acquire);
  if (chunk == nullptr) return nullptr;

  Slot& slot = (*chunk)[index % kChunkSlots];
  // Acquire, with the release in publish(): the file is filled in.
  const std::uint64_t state = slot.state.fetch_add(1, std::memory_order_acquire);
  const std::uint64_t generation = (state >> kGenerationShift) & kHandleGenerations;
  if ((state & kOpen) != 0 && generation == number >> 16) return &slot;
  unpin(slot);
  return nullptr;
}

void HandleTable::unpin(Slot& slot) noexcept {
  // Release, with the acquire in wait_for_callers(): what this call did to the file is done.
  const std::uint64_t before = slot.state.fetch_sub(1, std::memory_order_release);
  if ((before & kClosing) != 0) slot.state.notify_all();
}

void HandleTable::publish(Slot& slot) noexcept {
  slot.state.fetch_or(kOpen, std::memory_order_release);
}

bool HandleTable::begin_close(Slot& slot) noexcept {
  std::uint64_t state = slot.state.load(std::memory_order_acquire);
  while ((state & kOpen) != 0) {
    const std::uint64_t closing = (state & ~kOpen) | kClosing;
    if (slot.state.compare_exchange_weak(state, closing, std::memory_order_acq_rel)) return true;
  }
  return false;
}

void HandleTable::wait_for_callers(Slot& slot) noexcept {
  for (;;) {
    const std::uint64_t state = slot.state.load(std::memory_order_acquire);
    if ((state & kPins) == 1) return;
    slot.state.wait(state, std::memory_order_acquire);
  }
}

HandleTable::Slot* HandleTable::reserve() noexcept {
  const std::lock_guard lock(m_);
  if (first_free_ == kNone && !grow()) return nullptr;
  // Relaxed: chunks are stored under m_, which is held.
  Chunk& chunk = *chunks_[first_free_ / kChunkSlots].load(std::memory_order_relaxed);
  Slot& slot = chunk[first_free_ % kChunkSlots];
  first_free_ = slot.next_free;
  if (first_free_ == kNone) last_free_ = kNone;
  slot.file = OpenFile{};
  return &slot;
}

void HandleTable::free(Slot& slot) noexcept {
  // The next generation, neither open nor closing. Pins of look-ups that are about to fail stay
  // counted.
  std::uint64_t state = slot.state.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = (state & kPins) | (((state >> kGenerationShift) + 1) << kGenerationShift);
    // Relaxed on failure: only a fresh value to compute from. Release, so that no use of the file
    // moves behind.
  } while (!slot.state.compare_exchange_weak(state, next, std::memory_order_release,
                                             std::memory_order_relaxed));
  const std::lock_guard lock(m_);
  slot.next_free = kNone;
  if (last_free_ == kNone) {
    first_free_ = slot.index;
  } else {
    // Relaxed: chunks are stored under m_, which is held.
    Chunk& chunk = *chunks_[last_free_ / kChunkSlots].load(std::memory_order_relaxed);
    chunk[last_free_ % kChunkSlots].next_free = slot.index;
  }
  last_free_ = slot.index;
}

bool HandleTable::grow() noexcept {
  if (chunk_count_ == kChunks) return false;
  auto* const chunk = new (std::nothrow) Chunk;
  if (chunk == nullptr) return false;
  const auto first = static_cast<std::uint32_t>(chunk_count_ * kChunkSlots);
  for (std::uint32_t i = 0; i < kChunkSlots; ++i) {
    (*chunk)[i].index = first + i;
    (*chunk)[i].next_free = i + 1 < kChunkSlots ? first + i + 1 : kNone;
  }
  first_free_ = first;
  last_free_ = first + static_cast<std::uint32_t>(kChunkSlots) - 1;
  chunks_[chunk_count_].store(chunk, std::memory_order_release);
  ++chunk_count_;
  return true;
}

Pin::Pin(HMMIO handle) noexcept : slot_(handles().pin(handle)) {
  if (slot_ == nullptr) return;
  outer_ = t_innermost;
  t_innermost = this;
}

Pin::~Pin() {
  if (slot_ == nullptr) return;
  t_innermost = outer_;
  HandleTable::unpin(*slot_);
}

bool Pin::nested() const noexcept {
  for (const Pin* pin = outer_; pin != nullptr; pin = pin->outer_) {
    if (pin->slot_ == slot_) return true;
  }
  return false;
}

}  // namespace ringproc::mmio
