// What the program needs from the operating system beyond C++ and mmio. One file per system
// implements it, in this order (os_posix.cpp, os_win32.cpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace ringproc::tool::os {

using Clock = std::chrono::steady_clock;

// What a thread can wait for beside others: a descriptor, or a HANDLE.
using Waitable = std::intptr_t;
inline constexpr Waitable kNothing = -1;

// ---- command line ----

// The program's arguments in UTF-8, its own name first; never empty. Requires: what main got.
[[nodiscard]] std::vector<std::string> arguments(int argc, const char* const* argv);

// ---- signals ----

// A supervising parent passes on the signals that it gets itself. Who signals both (systemd,
// killall, a console) means one signal: so one of that process's and one of anybody else's do not
// count as a second. Requires: called before there are StopSignals.
struct Supervisor {
  std::uint32_t process = 0;
  Waitable signals = kNothing;  // Windows: the pipe that they come through
};
void set_supervisor(const Supervisor& given) noexcept;

// From construction to destruction the first SIGINT, SIGTERM or SIGHUP wakes the waiting main
// thread, and a second one ends the process at once with status 130, whatever the main thread is
// doing. A SIGHUP that was ignored (nohup) stays ignored; SIGPIPE and SIGXFSZ become errors of the
// call. On Windows: Ctrl-C, Ctrl-Break, closing the console, shutdown. At most one object at a
// time. Threads: main only, but wake().
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

  // Ready once a signal came or wake() was called; for waiting on other things too.
  [[nodiscard]] Waitable native() const noexcept;

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
  // Ready once the process has ended; kNothing if it cannot be watched, or is gone already.
  [[nodiscard]] Waitable native() const noexcept { return process_; }
  [[nodiscard]] bool ended() const noexcept;

 private:
  Waitable process_;
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
// touched in advance. Real-time scheduling (SCHED_FIFO; on Windows the multimedia class scheduler)
// is tried and goes without where it is not allowed; `body` is told.
[[nodiscard]] std::thread start_thread(const std::string& name, Scheduling scheduling,
                                       std::function<void(bool real_time)> body);

// Blocks: until then; one system call, none if the time has passed.
void sleep_until(Clock::time_point time) noexcept;

// ---- files ----

// Creates an empty file. Errors: the OS's; file_exists if anything is there.
[[nodiscard]] std::error_code create_new_file(const std::string& path);

// The file's name as the mmio functions take it: where that is a code page, the file is there.
[[nodiscard]] std::string name_for_mmio(const std::string& path);

// File data and size, through a handle as in adwInfo[0]; the directory entry of a file. Blocks: on
// the disk. Errors: the OS's; not_supported for the directory where there is no such call.
[[nodiscard]] std::error_code sync_data(std::uint32_t os_handle) noexcept;
[[nodiscard]] std::error_code sync_directory_of(const std::string& path);

// Sets the error of the calling thread's last system call, and asks for it: the built-in procedure
// reports none.
void clear_last_error() noexcept;
[[nodiscard]] std::error_code last_error() noexcept;

// ---- standard handles and terminal ----

// Effect: opens standard handles that were closed before the program started, so that no file gets
// their numbers; reading such a standard input is an error. All three pass bytes unchanged.
// Requires: called first of all.
void prepare_standard_handles() noexcept;

// Effect: writes UTF-8 text, legibly also to a console that expects another encoding. Returns:
// whether all of it was taken.
[[nodiscard]] bool write_text(std::FILE* file, std::string_view text) noexcept;

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
