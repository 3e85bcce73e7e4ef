// Directories and the names in them, as they are and as they would be after a power cut: a change
// in a directory is durable when that directory was synced, and not before. Syncing a file does
// nothing for its name here, as POSIX allows. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bad_disk/contents.hpp"

namespace bad_disk {

struct Node;
using Entries = std::map<std::string, std::shared_ptr<Node>>;

struct Node {
  std::uint64_t id = 0;
  mode_t mode = 0;
  std::string name;                    // guarded by Names::m_; the last it had
  std::unique_ptr<Contents> contents;  // NULL: a directory
  Entries entries;                     // guarded by Names::m_
  // How `entries` was at the last sync and after each change since then; guarded by Names::m_.
  std::vector<Entries> since_sync{Entries{}};
};

class Names {
 public:
  explicit Names(std::string backing_directory);

  // NULL: there is no such thing.
  [[nodiscard]] std::shared_ptr<Node> find(const std::string& path) const;
  [[nodiscard]] std::string name_of(const Node& node) const;
  [[nodiscard]] Entries entries_of(const Node& directory) const;

  // These return 0 or -errno. mode says whether it is a directory.
  [[nodiscard]] int make(const std::string& path, mode_t mode, std::shared_ptr<Node>& made);
  [[nodiscard]] int remove(const std::string& path, bool directory);
  [[nodiscard]] int rename(const std::string& from, const std::string& to, unsigned flags);

  void sync(Node& directory);
  // All names and bytes are durable, as after sync(2).
  void sync_all();
  // Writes what would be there after a power cut in this moment below the directory `to`.
  void image(Survivors survivors, std::uint64_t seed, const std::string& to) const;

 private:
  struct Place {
    std::shared_ptr<Node> directory;  // NULL: there is none
    std::string name;
  };
  [[nodiscard]] std::shared_ptr<Node> look_up(const std::string& path) const;
  [[nodiscard]] Place place_of(const std::string& path) const;
  static void changed(Node& directory);
  static void sync_below(Node& directory);
  static void write_below(const Node& directory, Survivors survivors, Random& random,
                          const std::string& to);

  const std::string backing_directory_;
  mutable std::mutex m_;
  std::uint64_t last_id_;
  std::shared_ptr<Node> root_;
};

}  // namespace bad_disk
