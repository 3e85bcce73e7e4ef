#include "procedure/slots.hpp"

#include <utility>

#include "os/os.hpp"

namespace ringproc::core {

std::optional<Slots::Key> Slots::add(std::unique_ptr<Handle> handle) {
  const std::lock_guard lock(m_);
  std::uint32_t slot = 0;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    const std::uint32_t count = slots_.load(std::memory_order_relaxed);  // changes under m_
    if (count == kChunk * kChunks) return {};
    if (count % kChunk == 0) chunks_[count / kChunk] = std::make_unique<Chunk>();
    free_.reserve(count + 1);  // so that leave() never allocates
    slot = count + 1;
    slots_.store(slot, std::memory_order_release);
  }
  Slot& entry = at(slot);
  entry.handle = std::move(handle);
  // relaxed: generation and open bit change under m_; users of stale keys may come and go in the
  // lower half.
  const std::uint64_t before = entry.state.load(std::memory_order_relaxed) & ~(kOpen - 1);
  const std::uint64_t next = (before / kGeneration + 1) * kGeneration;
  // release: pairs with the acquire in enter(). Nobody has the new generation yet.
  entry.state.fetch_add(next + kOpen - before, std::memory_order_release);
  return Key{slot, static_cast<std::uint32_t>(next / kGeneration)};
}

// Counts itself in first and looks then: a slot with a user is not given to another handle.
Slots::Pin Slots::enter(const Key& key) noexcept {
  if (!exists(key.slot)) return {};
  const std::uint64_t before = at(key.slot).state.fetch_add(1, std::memory_order_acq_rel);
  Pin pin(this, key.slot);
  if (before / kGeneration != key.generation || !(before & kOpen)) return {};
  return pin;
}

bool Slots::retire(const Key& key) noexcept {
  Slot& slot = at(key.slot);
  std::uint64_t state = slot.state.load(std::memory_order_relaxed);
  do {
    if (state / kGeneration != key.generation || !(state & kOpen)) return false;
  } while (!slot.state.compare_exchange_weak(state, state & ~kOpen, std::memory_order_acq_rel));
  return true;
}

void Slots::leave(std::uint32_t slot) noexcept {
  Slot& entry = at(slot);
  // acq_rel: the last user sees what all others did.
  const std::uint64_t before = entry.state.fetch_sub(1, std::memory_order_acq_rel);
  if ((before & (kOpen - 1)) != 1 || (before & kOpen)) return;
  // The system takes back what is left, and a thread that is gone may have held the mutex.
  if (os::process_is_ending()) return;
  std::unique_ptr<Handle> last;  // dies after the mutex is given up: that takes system calls
  const std::lock_guard lock(m_);
  // Once more, under the mutex: a stale key may have come in or left first, or the slot have been
  // given anew. One that is counted in now finds the slot not open and touches nothing.
  const std::uint64_t now = entry.state.load(std::memory_order_acquire);
  if ((now & (kOpen - 1)) != 0 || (now & kOpen) || !entry.handle) return;
  last = std::move(entry.handle);
  free_.push_back(slot);
}

}  // namespace ringproc::core
