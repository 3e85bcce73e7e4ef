// Whether a file keeps its name while it is being written. One file per system implements it
// (watched_file_posix.cpp, watched_file_win32.cpp). One thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "os.hpp"

namespace ringproc::tool::os {

class WatchedFile {
 public:
  // Requires: the file is there.
  explicit WatchedFile(const std::string& path);
  ~WatchedFile();
  WatchedFile(const WatchedFile&) = delete;
  WatchedFile& operator=(const WatchedFile&) = delete;

  // No name leads to the file any more, whatever it is called by now. What cannot be
  // told counts as not deleted. Blocks: on some file systems.
  [[nodiscard]] bool is_deleted() const;

  // Space that the file takes beyond its size. Blocks: as is_deleted().
  [[nodiscard]] std::uint64_t reserved_bytes() const;

 private:
  Waitable file_ = kNothing;
};

}  // namespace ringproc::tool::os
