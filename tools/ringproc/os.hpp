// What the program needs from the operating system beyond C++ and mmio. One file per system
// implements it, in this order (os_posix.cpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <system_error>
#include <thread>

namespace ringproc::tool::os {

using Clock = std::chrono::steady_clock;

// ---- signals ----

// A supervising parent passes on the signals that it gets itself. Who signals both (systemd,
// killall) means one signal: so one of that process's and one of anybody else's do not count as a
// second.
void set_supervisor(std::uint32_t process) noexcept;

// From construction to destruction the first SIGINT, SIGTERM or SIGHUP wakes the waiting main
// thread, and a second one ends the process at once with status 130, whatever the main thread is
// doing. A SIGHUP that was ignored (nohup) stays ignored; SIGPIPE and SIGXFSZ become errors of the
// call. At most one object at a time. Threads: main only, but wake().
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Blocks: until a signal, wake(), or the time-out.
  void wait(std::chrono::milliseconds timeout);

  // Ends a wait. Threads: any. Blocks: never.
  void wake() noexcept;

  // Can be read once a signal came or wake() was called; for waiting on other things too.
  [[nodiscard]] int native() const noexcept;

  // The number of the signal that came, 0 if none did; and its name.
  [[nodiscard]] int received() const noexcept;
  [[nodiscard]] std::string received_name() const;
};

// ---- processes ----

// A process by number, for waiting until it has ended.
class WatchedProcess {
 public:
  explicit WatchedProcess(std::uint32_t process) noexcept;
  WatchedProcess(WatchedProcess&& other) noexcept;
  WatchedProcess& operator=(WatchedProcess&& other) noexcept;
  ~WatchedProcess();
  // Can be read once the process has ended; -1 if it cannot be watched, or is gone already.
  [[nodiscard]] int native() const noexcept { return fd_; }
  [[nodiscard]] bool ended() const noexcept;

 private:
  int fd_;
};

// The name of what a process runs; "?" if it cannot be seen.
[[nodiscard]] std::string command_of(std::uint32_t process);

// The user that a file or directory belongs to, links not followed; 0 if that cannot be seen.
[[nodiscard]] std::uint32_t owner_of(const std::string& path);

[[nodiscard]] bool is_root() noexcept;

// For as long as it lives, this thread of root's acts with that user's rights and no others. For
// anybody else: nothing changes. Requires: no other threads are at work.
class ActAs {
 public:
  explicit ActAs(std::uint32_t user);
  ~ActAs();
  ActAs(const ActAs&) = delete;
  ActAs& operator=(const ActAs&) = delete;
  // Why the rights could not be changed; empty if they could.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  bool changed_ = false;
  std::string error_;
};

// ---- threads ----

enum class Scheduling { ordinary, real_time };

// Starts a thread with all signals blocked and the name given (at most 15 characters), its stack
// touched in advance. Real-time scheduling (SCHED_FIFO) is tried and goes without where it is not
// allowed; `body` is told.
[[nodiscard]] std::thread start_thread(const std::string& name, Scheduling scheduling,
                                       std::function<void(bool real_time)> body);

// Blocks: until then; one system call, none if the time has passed.
void sleep_until(Clock::time_point time) noexcept;

// ---- files ----

// File data and size, through a handle as in adwInfo[0]; the directory entry of a file. Blocks: on
// the disk.
[[nodiscard]] std::error_code sync_data(std::uint32_t os_handle) noexcept;
[[nodiscard]] std::error_code sync_directory_of(const std::string& path);

// Sets the error of the calling thread's last system call, and asks for it: the built-in procedure
// reports none.
void clear_last_error() noexcept;
[[nodiscard]] std::error_code last_error() noexcept;

// Does the error say that there is no room for the file to grow (disk, quota, size limit)?
[[nodiscard]] bool is_no_room(const std::error_code& error) noexcept;

// ---- standard input and terminal ----

// Effect: opens standard handles that were closed before the program started, so that no file gets
// their numbers; reading such a standard input is an error. Requires: called first of all.
void open_missing_standard_handles() noexcept;

// Reads what is there, blocking until there is something. Returns: bytes, 0 at the end of the input
// or when `stop` was called. Threads: one reads, any calls stop_input().
struct InputResult {
  std::size_t bytes = 0;
  std::error_code error;
};
[[nodiscard]] InputResult read_input(std::span<std::byte> into) noexcept;
void stop_input() noexcept;

[[nodiscard]] bool input_is_terminal() noexcept;
[[nodiscard]] bool error_output_is_terminal() noexcept;

// The width of the terminal behind standard error; 80 if it does not say.
[[nodiscard]] std::size_t error_output_columns() noexcept;

}  // namespace ringproc::tool::os
