// Where shared regions live: a directory of this user's in memory, one file per region, named
// DEVICE-INODE.K after the file that the region belongs to. A region appears in it complete and
// locked, so whatever is there without a lock was left by a process that has ended. One .cpp per
// system. Any thread.
//
// A lock on it tells whether its owner lives (region_file.hpp). It must not be given up by mistake,
// so a process never opens a region of its own by name: OwnRegions knows them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "backend/backend.hpp"
#include "os/os.hpp"
#include "region/region_file.hpp"

namespace ringproc::core {

class Place {
 public:
  // This user's: RINGPROC_REGIONS or /dev/shm, with /ringproc-UID below.
  [[nodiscard]] static std::string default_directory();
  [[nodiscard]] static std::string directory_of_user(std::uint32_t user);

  enum class Make { no, yes };
  // Opens the directory; with Make::yes makes it first (mode 0700). Returns NULL with `problem`
  // empty if there is none. problem: why it cannot be trusted or used (a link, another owner's,
  // open to
  // others, not in memory).
  [[nodiscard]] static std::shared_ptr<Place> open(const std::string& directory, Make make,
                                                   std::string& problem);
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] const std::string& directory() const noexcept { return directory_; }
  // Of a region, for people.
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] std::uint32_t owner() const noexcept { return owner_; }
  // False once the directory was removed.
  [[nodiscard]] bool exists() const noexcept;

  // Whether nobody can see what create() makes, and nothing is left of it if the process is killed.
  [[nodiscard]] static bool creates_nameless() noexcept;
  // A new file without a name, locked; it disappears with the process unless it is linked. Errors:
  // the OS's; not_supported.
  [[nodiscard]] RegionFile create(std::error_code& error) const noexcept;
  // Gives it the first free name for that file. Returns the name.
  [[nodiscard]] std::string link(const RegionFile& file, const FileId& id,
                                 std::error_code& error) const;
  // Never follows a link.
  [[nodiscard]] RegionFile open_region(const std::string& name,
                                       std::error_code& error) const noexcept;
  [[nodiscard]] std::error_code remove(const std::string& name) const noexcept;

  [[nodiscard]] std::vector<std::string> list() const;
  // Those that may belong to that file. No listing: costs one system call when there is none.
  [[nodiscard]] std::vector<std::string> list(const FileId& id) const;
  // Room that the directory's file system has for more, in bytes; its kind ("tmpfs", "").
  [[nodiscard]] std::uint64_t free_bytes() const noexcept;

  // Waits until nobody has the region's lock any more, or it is gone, at most timeout_ms. Returns:
  // whether that is so.
  [[nodiscard]] bool wait_for_release(const std::string& name, int timeout_ms) const noexcept;

  // Tells that regions have appeared. Begins with its construction: what appears after that is not
  // missed.
  class Watcher {
   public:
    explicit Watcher(const Place& place, std::error_code& error) noexcept;
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    // Waits until one has appeared or one of `others` is ready (descriptors that can be read,
    // HANDLEs that are signalled; at most 1000, of HANDLEs 60), at most timeout_ms; may return
    // early.
    void wait(std::span<const os::NativeHandle> others, int timeout_ms) noexcept;

   private:
    os::NativeHandle handle_ = os::kNoHandle;
  };

 private:
  [[nodiscard]] bool wait_for_release(const RegionFile& file, int timeout_ms) const noexcept;

  Place(os::NativeHandle handle, std::string directory, std::uint32_t owner)
      : handle_(handle), directory_(std::move(directory)), owner_(owner) {}

  const os::NativeHandle handle_;  // of the directory
  const std::string directory_;
  const std::uint32_t owner_;
};

// The regions that this process owns or works on, by name.
class OwnRegions {
 public:
  // Claims a name until release(). as_owner: for a new region; returns false if the name is in use
  // in this process. Else for recovery; returns false if it is a region of this process's own.
  // Blocks (recovery only): while another thread of the process recovers it.
  [[nodiscard]] static bool claim(const std::string& name, bool as_owner);
  static void release(const std::string& name);
  // In the child of a fork: they are the parent's.
  static void forget() noexcept;
};

}  // namespace ringproc::core
