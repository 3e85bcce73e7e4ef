// A disk that is really full: a small tmpfs, or a small ext4 on a loop device, mounted where only
// this process and its children see it (the kernel takes it away with the last of them); and a
// count of the writes that it refuses. Used by the test's one thread, but for the count: any.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace faults {

// Defined by the test's own pwritev, which passes everything on.
extern std::atomic<std::uint64_t> refused_for_space;

class FullDisk {
 public:
  enum class Kind { tmpfs, ext4 };

  // Threads that exist already stay where they are, so before the library has any.
  // Returns: false if it is not allowed here.
  static bool own_namespace() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }

  FullDisk() {
    std::string name = std::filesystem::temp_directory_path().string() + "/ringproc-full-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
    std::filesystem::create_directory(root_ + "/disk");
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    static_cast<void>(::umount2(path().c_str(), MNT_DETACH));
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  // Returns: why it cannot be; empty: it is there, with nothing on it.
  std::string mount(Kind kind) {
    if (kind == Kind::tmpfs) {
      return ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=1m") == 0 ? "" : "no tmpfs here";
    }
    const std::string image = root_ + "/image";
    const std::string make = "truncate -s 2M " + image +
                             " && mkfs.ext4 -q -F -m 0 -O ^has_journal " + image +
                             " && mount -o loop " + image + " " + path() + " 2> /dev/null";
    return ::system(make.c_str()) == 0 ? "" : "no mkfs.ext4 or no loop devices here";
  }

  [[nodiscard]] std::string path() const { return root_ + "/disk"; }
  [[nodiscard]] std::string file(const std::string& name) const { return path() + "/" + name; }

  // Somebody else's file takes all there is, byte by byte at the end.
  void fill() {
    const int fd = ::open(file("filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) throw std::runtime_error("no filler");
    const std::string much(64 * 1024, 'f');
    for (std::size_t piece = much.size(); piece > 0;) {
      if (::write(fd, much.data(), piece) <= 0) piece /= 2;
      // Ext4 finds out how much it needs when it writes: what it has promised may be less.
      if (piece == 0 && ::fsync(fd) == 0 && ::write(fd, much.data(), 1) == 1) piece = much.size();
    }
    ::close(fd);
  }
  void make_room() { std::filesystem::remove(file("filler")); }

 private:
  std::string root_;
};

// Refusals since it was made, and whether they come as seldom as a retry in a while does: a slow
// machine only makes them fewer.
class Refusals {
 public:
  [[nodiscard]] std::uint64_t count() const { return refused_for_space.load() - before_; }
  // Nobody tries more often than every 100 ms, but for the first times.
  [[nodiscard]] std::uint64_t most(std::uint64_t who_try) const {
    const auto since = std::chrono::steady_clock::now() - began_;
    return who_try * static_cast<std::uint64_t>(3 + since / std::chrono::milliseconds(100));
  }

 private:
  const std::uint64_t before_ = refused_for_space.load();
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace faults
