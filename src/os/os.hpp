// What the rooms need from the operating system besides files: waiting on a word, threads, memory,
// time, fork. One .cpp per system, the same order of functions in each.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace ringproc::core::os {

// A descriptor, or a HANDLE.
using NativeHandle = std::intptr_t;
inline constexpr NativeHandle kNoHandle = -1;

// ---- waiting on a word ----

// Waits while word == expected, at most `timeout`; may return early for no reason.
void wait_on(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
             std::chrono::nanoseconds timeout) noexcept;
void wake_one(std::atomic<std::uint32_t>& word) noexcept;

// ---- threads ----

using ThreadId = std::uint32_t;  // 1 .. 2^31 - 1, unique among living threads of the machine

[[nodiscard]] ThreadId current_thread() noexcept;
// False only if no such thread exists in this process any more.
[[nodiscard]] bool thread_is_alive(ThreadId thread) noexcept;
// Starts a detached thread with ordinary scheduling, full affinity and all signals blocked,
// whatever the caller has. name: at most 15 characters.
[[nodiscard]] std::error_code start_thread(const char* name, std::function<void()> body);

// ---- memory ----

// A range of addresses of zeroed memory, to be populated or reserved before anything is stored
// there. Private, or the contents of a file that other processes may map or read too.
class Memory {
 public:
  Memory() noexcept = default;
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  ~Memory();

  [[nodiscard]] static Memory reserve(std::size_t bytes, std::error_code& error) noexcept;
  // file: of at least that size, kept open by the caller for as long as the memory is populated.
  [[nodiscard]] static Memory share(NativeHandle file, std::size_t bytes,
                                    std::error_code& error) noexcept;
  // Makes the pages of [from, to) present, so that later stores fault no more. In a shared file
  // they are reserved first: a store into memory that was populated never ends in SIGBUS, whatever
  // happens to the file system's room. Errors: no room, no memory.
  [[nodiscard]] std::error_code populate(std::size_t from, std::size_t to) noexcept;
  // The first half of that: pages of a shared file are there, and mapped on first touch. Those of
  // private memory come on first touch, if there are any.
  [[nodiscard]] std::error_code reserve_pages(std::size_t from, std::size_t to) noexcept;
  // The second half, for pages that are reserved and may be in use: what they hold stays. A refusal
  // costs page faults, nothing else.
  void map_pages(std::size_t from, std::size_t to) noexcept;
  // Gives the pages of [from, to), whole ones, back to the system: they are to be reserved again
  // before anything is stored there, and what they hold then is undefined. Returns: false if the
  // system refuses, which costs memory and nothing else. Blocks: on no disk.
  bool give_back(std::size_t from, std::size_t to) noexcept;
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  [[nodiscard]] static Memory map(NativeHandle file, std::size_t bytes,
                                  std::error_code& error) noexcept;

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  NativeHandle file_ = kNoHandle;  // borrowed
};

[[nodiscard]] std::size_t page_size() noexcept;
// populate() takes large pages where it is given so much, so aligned; page_size() where there are
// none.
[[nodiscard]] std::size_t huge_page_size() noexcept;
// What can be populated without driving others out or calling the out-of-memory killer: the
// machine's, or what the process's control group allows. UINT64_MAX if unknown. No allocation.
[[nodiscard]] std::uint64_t available_memory() noexcept;

// ---- the process ----

// The process is ending and its other threads have been ended wherever they were (Windows, when
// DLLs are detached): nobody will do what is asked of another thread, and locks may be held for
// ever.
[[nodiscard]] bool process_is_ending() noexcept;
// To the standard error stream, as it is. No heap, no locks.
void write_error_line(std::initializer_list<std::string_view> parts) noexcept;
[[nodiscard]] std::uint32_t process_id() noexcept;
[[nodiscard]] std::uint64_t wall_clock_ns() noexcept;
// A text that changes at every start of the machine; empty if unknown.
[[nodiscard]] const std::string& boot_id();
// Registers what runs around fork(), once: before (locks taken in the parent), after in the parent,
// after in the child.
void at_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept;

}  // namespace ringproc::core::os
