// Writers that found no room wait in turn. The nodes live on the waiting threads' stacks.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

namespace ringproc::core {

class RoomQueue {
 public:
  // A place in the queue, for as long as it lives.
  class Turn {
   public:
    explicit Turn(RoomQueue& queue) : queue_(queue) {
      const std::lock_guard lock(queue_.m_);
      (queue_.last_ ? queue_.last_->next_ : queue_.first_) = this;
      previous_ = queue_.last_;
      queue_.last_ = this;
      queue_.waiting_.fetch_add(1);
    }
    ~Turn() {
      const std::lock_guard lock(queue_.m_);
      (previous_ ? previous_->next_ : queue_.first_) = next_;
      (next_ ? next_->previous_ : queue_.last_) = previous_;
      queue_.waiting_.fetch_sub(1);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    [[nodiscard]] bool is_first() const {
      const std::lock_guard lock(queue_.m_);
      return queue_.first_ == this;
    }

   private:
    friend class RoomQueue;
    RoomQueue& queue_;
    Turn* previous_ = nullptr;  // guarded by queue_.m_
    Turn* next_ = nullptr;      // guarded by queue_.m_
  };

  // The writer's look on its way: nobody is to be overtaken.
  [[nodiscard]] bool empty() const noexcept {
    // relaxed: a newcomer that misses a waiter overtakes it once, as if it had come a moment
    // earlier.
    return waiting_.load(std::memory_order_relaxed) == 0;
  }

 private:
  std::mutex m_;
  Turn* first_ = nullptr;  // guarded by m_
  Turn* last_ = nullptr;   // guarded by m_
  std::atomic<std::uint32_t> waiting_{0};
};

}  // namespace ringproc::core
