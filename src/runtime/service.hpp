// The service thread: decides when a file's bytes are written out. One timer for all files; it
// never does file I/O, so a hung disk cannot stop it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/lockfree/queue.hpp>

#include "file/file.hpp"

namespace ringproc::core {

class Service {
 public:
  // post_steps: has a lane run the file's steps and call ring() afterwards.
  explicit Service(std::function<void(const std::shared_ptr<File>&)> post_steps);

  [[nodiscard]] std::error_code start();
  // Any thread, not on a writer's way. Wakes nobody: a file is looked at from its first byte on.
  void add(const std::shared_ptr<File>& file);
  void remove(std::uint64_t id);
  // Any thread, the writer's included: the file is to be looked at; soon, if there is no hurry. No
  // allocation; a system call only if the service thread would sleep for longer than that.
  void ring(File& file) noexcept;

 private:
  static constexpr std::uint64_t kUnknown = UINT64_MAX;

  // What the service thread knows of a file.
  struct Watch {
    std::weak_ptr<File> file;       // gone: closed, and soon removed here
    Clock::time_point next_look{};  // in looks_ if looking
    bool looking = false;
    bool mapped = false;  // the first pages
    Clock::time_point last_look{};
    Clock::time_point last_byte{};    // when bytes were last seen to arrive
    Clock::time_point oldest{};       // no byte that is pending was accepted before this
    std::uint64_t seen_accepted = 0;  // at last_look
    double bytes_per_second = 0;      // before last_look
    bool idle = true;                 // the writer's next byte rings
    // What the ring needed, in this window of time and the one before; what it is to keep to (0: as
    // it is).
    Clock::time_point window_began{};
    std::uint64_t needed = 0;
    std::uint64_t needed_before = kUnknown;
    std::uint64_t keep = 0;
  };

  // Memory for the one wake-up that can be under way, so that ringing allocates nothing.
  struct WakeMemory {
    alignas(std::max_align_t) std::array<std::byte, 256> bytes;
  };
  template <typename T>
  struct WakeAllocator;

  [[nodiscard]] bool wakes_soon(const File& file) noexcept;
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
  static Clock::duration time_of_a_block(const Watch& watch);
  static std::uint64_t worth_a_write(const Watch& watch, File& file);
  // What is to be done about memory that is not needed: nothing, now, a little later.
  enum class GiveBack { done, goes_on, try_again };
  static GiveBack give_back(Watch& watch, File& file, Clock::time_point now, bool idle);
  static bool grow_ahead(Watch& watch, File& file, Clock::time_point now);
  static Clock::duration until_next_growth(const Watch& watch, File& file);
  static void measure(Watch& watch, std::uint64_t accepted, Clock::time_point now);
  void look_again(std::uint64_t id, Watch& watch, Clock::time_point at);
  void stop_looking(std::uint64_t id, Watch& watch);

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
  std::map<std::uint64_t, std::weak_ptr<File>> added_;  // guarded by changes_
  std::vector<std::uint64_t> removed_;                  // guarded by changes_

  // The service thread's alone.
  std::map<std::uint64_t, Watch> watches_;
  std::set<std::pair<Clock::time_point, std::uint64_t>> looks_;
  std::optional<Clock::time_point> timer_set_;
  Clock::time_point emptied_{};       // when ready_ was emptied last
  Clock::time_point rung_since_{};    // what is taken from it now has rung since then
  Clock::time_point linger_until_{};  // the timer stays set, so that whoever rings need not wake
};

}  // namespace ringproc::core
