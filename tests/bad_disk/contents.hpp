// The bytes of one file, as they are and as they would be after a power cut. They are in a nameless
// file of the backing directory; beside it, for each sector that a write has changed since the last
// sync, what stands on the medium instead. What lies beyond the durable end is nothing there, so an
// appended gigabyte costs no memory here. Any thread.
#pragma once

#include <sys/stat.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>

namespace bad_disk {

// What of that which is not durable a power cut leaves.
enum class Survivors { none, some, all };
using Random = std::mt19937_64;

class Contents {
 public:
  static constexpr std::uint64_t kSector = 512;

  explicit Contents(const std::string& backing_directory);
  ~Contents();
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;

  // These return what the system call of that name does, with -errno for an error.
  [[nodiscard]] int read(char* to, std::size_t size, std::uint64_t offset) const;
  // time: what the file's is to be afterwards; NULL: now.
  [[nodiscard]] int write(const char* from, std::size_t size, std::uint64_t offset,
                          const timespec* time);
  [[nodiscard]] int truncate(std::uint64_t size);
  [[nodiscard]] int allocate(int mode, std::uint64_t offset, std::uint64_t length);
  [[nodiscard]] int state(struct stat* to) const;
  [[nodiscard]] int set_times(const timespec times[2]);

  [[nodiscard]] std::uint64_t size() const;

  // Everything is durable now, but for what a failed sync has dropped and nobody wrote again.
  void sync();
  // A sync that fails: what was dirty counts as clean from now on and does not reach the medium.
  void drop();
  // What would be there after a power cut in this moment.
  [[nodiscard]] std::string image(Survivors survivors, Random& random) const;

 private:
  void before_change(std::uint64_t from, std::uint64_t to);

  mutable std::mutex m_;
  int fd_ = -1;
  std::uint64_t durable_size_ = 0;
  std::map<std::uint64_t, std::string> on_medium_;  // by sector; zeros follow a short one
  std::set<std::uint64_t> dropped_;                 // of these, what no sync will write
};

}  // namespace bad_disk
