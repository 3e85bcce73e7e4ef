// The procedure's handles. An application may copy MMIOINFO out and back, so what stands in adwInfo
// is only a claim: slot number and generation, checked at every message. Slots are never freed. Any
// thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/handle.hpp"

namespace ringproc::core {

class Slots {
 public:
  struct Key {
    std::uint32_t slot = 0;  // from 1, so that zeroed memory is no key
    std::uint32_t generation = 0;
  };

  // A handle that stays alive while this does, also if another thread closes it.
  class Pin {
   public:
    Pin() noexcept = default;
    Pin(Slots* slots, std::uint32_t slot) noexcept : slots_(slots), slot_(slot) {}
    Pin(Pin&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)), slot_(other.slot_) {}
    Pin& operator=(Pin&&) = delete;
    ~Pin() {
      if (slots_) slots_->leave(slot_);
    }
    explicit operator bool() const noexcept { return slots_ != nullptr; }
    [[nodiscard]] Handle& operator*() const noexcept { return *slots_->at(slot_).handle; }
    [[nodiscard]] Handle* operator->() const noexcept { return &**this; }

   private:
    Slots* slots_ = nullptr;
    std::uint32_t slot_ = 0;
  };

  // Returns no key if all slots are in use.
  [[nodiscard]] std::optional<Key> add(std::unique_ptr<Handle> handle);
  // An empty pin if the key is none of an open handle's.
  [[nodiscard]] Pin enter(const Key& key) noexcept;
  // Closes the key to later messages. Returns false if it was closed already. The handle dies with
  // the last pin.
  [[nodiscard]] bool retire(const Key& key) noexcept;

 private:
  static constexpr std::size_t kChunk = 256;
  static constexpr std::size_t kChunks = 256;

  // state: generation in the upper half; in the lower one bit for "open" and the number of pins.
  struct Slot {
    std::atomic<std::uint64_t> state{0};
    std::unique_ptr<Handle> handle;
  };
  using Chunk = std::array<Slot, kChunk>;

  static constexpr std::uint64_t kGeneration = std::uint64_t{1} << 32;
  static constexpr std::uint64_t kOpen = std::uint64_t{1} << 31;  // in the lower half: not retired

  [[nodiscard]] bool exists(std::uint32_t slot) const noexcept {
    // acquire: pairs with the release in add(); the chunk is complete.
    return slot != 0 && slot <= slots_.load(std::memory_order_acquire);
  }
  [[nodiscard]] Slot& at(std::uint32_t slot) noexcept {
    return (*chunks_[(slot - 1) / kChunk])[(slot - 1) % kChunk];
  }
  void leave(std::uint32_t slot) noexcept;

  std::mutex m_;
  std::array<std::unique_ptr<Chunk>, kChunks> chunks_;  // filled under m_, never emptied
  std::vector<std::uint32_t> free_;                     // guarded by m_
  std::atomic<std::uint32_t> slots_{0};
};

}  // namespace ringproc::core
