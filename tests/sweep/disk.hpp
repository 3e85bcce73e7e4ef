// A disk that keeps nothing it was not asked to keep. It answers a supervised program's writes and
// syncs below one directory, and knows what would be there after a power cut: of a file, what was
// written before the last sync that succeeded; of a directory, the names that stood there when it
// was synced. After a sync that failed, what it was for is gone (the kernel calls those pages
// clean), and the next one succeeds. Real file systems keep more than that; nobody may rely on it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sweep/supervised.hpp"

namespace sweep {

class Disk {
 public:
  explicit Disk(std::string directory) : directory_(std::move(directory)) {}

  // The calls it answers.
  static const std::vector<int>& calls();
  // Whether this call is for this disk.
  [[nodiscard]] bool is_for_it(const Supervised& program, const Call& call) const;

  // Does what the call asks for. most: so many bytes of a write are taken, at least one.
  // Requires: is_for_it().
  Answer act(const Supervised& program, const Call& call, std::uint64_t most = UINT64_MAX);
  // The call fails: a sync takes what it was for with it.
  Answer fail(const Supervised& program, const Call& call, int error);
  // A sync begins, and ends later: what is written in between it does not cover.
  void begin_sync(const Supervised& program, const Call& call);
  Answer end_sync(const Supervised& program, const Call& call);

  // After a power cut now: whether the file that stands at path would be found there, and what it
  // would hold.
  [[nodiscard]] bool keeps_name(const std::string& path) const;
  [[nodiscard]] std::string kept_bytes(const std::string& path) const;

  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }

 private:
  struct Change {
    std::uint64_t offset = 0;
    std::string data;
    bool cut = false;  // to offset
  };
  struct File {
    std::string durable;
    std::vector<Change> pending;
    std::size_t covered = 0;  // of a sync that has begun
  };

  static void apply(File& file, std::size_t changes);
  static std::uint64_t inode_of(const Supervised& program, int descriptor);
  Answer write(const Supervised& program, const Call& call, std::uint64_t most);
  Answer cut(const Supervised& program, const Call& call);
  void sync_names(const std::string& directory);

  std::string directory_;
  std::map<std::uint64_t, File> files_;           // by inode
  std::map<std::string, std::uint64_t> durable_;  // name to inode
  std::uint64_t writes_ = 0;
  std::uint64_t syncs_ = 0;
};

}  // namespace sweep
