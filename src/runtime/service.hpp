// The service thread: decides when a file's bytes are written out. One timer for all files; it
// never does file I/O, so a hung disk cannot stop it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/lockfree/queue.hpp>

#include "file/file.hpp"
#include "runtime/watch.hpp"

namespace ringproc::core {

class Service {
 public:
  // post_steps: has a lane run the file's steps and call ring() afterwards.
  explicit Service(std::function<void(const std::shared_ptr<File>&)> post_steps);

  [[nodiscard]] std::error_code start();
  // Any thread, not on a writer's way. Wakes nobody: a file is looked at from its first byte on.
  // Throws: std::bad_alloc.
  void add(const std::shared_ptr<File>& file);
  void remove(std::uint64_t id);
  // Any thread, the writer's included: the file is to be looked at; soon, if there is no hurry. No
  // allocation; a system call only if the service thread would sleep for longer than that.
  void ring(File& file) noexcept;

 private:
  // Memory for the one wake-up that can be under way, so that ringing allocates nothing.
  struct WakeMemory {
    alignas(std::max_align_t) std::array<std::byte, 256> bytes;
  };
  template <typename T>
  struct WakeAllocator;

  [[nodiscard]] bool wakes_soon(const File& file) noexcept;
  void run();
  void wake();
  void on_wake();
  void look_at_rung(Clock::time_point now);
  void take_changes();
  void look_at(std::uint64_t id, Clock::time_point now);
  void on_timer();
  void set_timer();
  bool make_timer();
  void look(std::uint64_t id, Watch& watch, const std::shared_ptr<File>& file,
            Clock::time_point now);
  void look_again(std::uint64_t id, Watch& watch, Clock::time_point at);
  void stop_looking(Watch& watch);

  const std::function<void(const std::shared_ptr<File>&)> post_steps_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_{
      io_.get_executor()};
  // Made by the service thread: under Windows Asio starts a thread for it and waits until that
  // runs, which it never does while a DLL's DllMain opens a file.
  std::optional<boost::asio::steady_timer> timer_;
  bool told_no_timer_ = false;  // the service thread's
  // Fixed: pushing never allocates. A file stands in it once at most.
  boost::lockfree::queue<std::uint64_t, boost::lockfree::fixed_sized<true>> ready_{2048};
  std::atomic<std::uint64_t> last_id_{0};
  std::atomic<bool> waking_{false};
  // When the timer fires, on the steady clock in ns; kNever: it is not set.
  static constexpr std::int64_t kNever = INT64_MAX;
  std::atomic<std::int64_t> wakes_at_{kNever};
  std::atomic<bool> look_at_all_{false};
  WakeMemory wake_memory_;

  std::mutex changes_;
  std::map<std::uint64_t, Watch> added_;  // guarded by changes_
  std::vector<std::uint64_t> removed_;    // guarded by changes_

  // The service thread's alone.
  std::map<std::uint64_t, Watch> watches_;
  Looks looks_;
  std::optional<Clock::time_point> timer_set_;
  Clock::time_point emptied_{};       // when ready_ was emptied last
  Clock::time_point rung_since_{};    // what is taken from it now has rung since then
  Clock::time_point linger_until_{};  // the timer stays set, so that whoever rings need not wake
};

}  // namespace ringproc::core
