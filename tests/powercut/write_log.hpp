// The log that the device mapper's log-writes target has made of everything a file system wrote to
// its device, and the replay of it up to any moment. One thread.
//
// The kernel logs a write when a flush has made it durable (the writes a flush covers stand right
// before it) or, written through (FUA), when it is done. A message (`mark`) is logged at once. So
// what stands after a mark was not known to be durable when the mark was made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/random.hpp"

namespace powercut {

class WriteLog {
 public:
  enum Flag : std::uint64_t { kFlush = 1, kFua = 2, kDiscard = 4, kMark = 8 };
  struct Entry {
    std::uint64_t sector = 0;
    std::uint64_t sectors = 0;
    std::uint64_t flags = 0;
    std::uint64_t data_at = 0;  // in the log's device
    std::string mark;
  };

  // Ends the program with a message if there is no log on that device.
  explicit WriteLog(const std::string& device);
  ~WriteLog();
  WriteLog(const WriteLog&) = delete;
  WriteLog& operator=(const WriteLog&) = delete;

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  // The first entry after the last flush before `cut`: everything before it is durable at `cut`.
  [[nodiscard]] std::size_t durable_before(std::size_t cut) const;
  // Writes entries [from, to) to an open device, in order.
  void apply(int device, std::size_t from, std::size_t to) const;
  // What a power cut at `cut` leaves of what no flush has covered: writes that were written
  // through, any of the others, and any sectors of those. Returns: how many were lost, wholly or in
  // part.
  std::size_t apply_some(int device, std::size_t cut, model::Random& random) const;

 private:
  void apply_one(int device, const Entry& entry) const;
  void apply_part(int device, const Entry& entry, model::Random& random) const;

  int fd_ = -1;
  std::vector<Entry> entries_;
};

}  // namespace powercut
