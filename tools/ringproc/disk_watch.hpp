// Looks once a second how much room the disk has and whether the file being recorded still has its
// name, in a thread of its own: a disk that stalls holds up such questions, and neither the samples
// nor what the user is told may wait for them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "target.hpp"
#include "watched_file.hpp"

namespace ringproc::tool {

class DiskWatch {
 public:
  // also: called at each look, in its thread. Requires: the file is there; target outlives it.
  DiskWatch(const std::string& path, Target& target, std::function<void()> also);
  ~DiskWatch() { stop(); }
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

  // Effect: starts the thread; the first look is at once.
  void start();

  // Effect: ends the thread. Blocks: until a look that is under way has returned.
  void stop();

  // One look in the calling thread. Requires: not started, or stopped. Blocks: on the file system.
  void look();

  // What the recording may still accept until the disk is full: bytes that wait in the ring are
  // deducted, space that is reserved for the file counts. Nothing if it is not known. Threads: any.
  [[nodiscard]] std::optional<std::uint64_t> room_bytes() const;

  // The file was deleted: no name leads to it any more. Threads: any.
  [[nodiscard]] bool is_deleted() const { return deleted_.load(std::memory_order_acquire); }

 private:
  void run();

  const std::string path_;
  Target& target_;
  const std::function<void()> also_;
  os::WatchedFile file_;  // the thread's while it runs

  std::atomic<std::uint64_t> room_bytes_;
  std::atomic<bool> deleted_{false};

  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace ringproc::tool
