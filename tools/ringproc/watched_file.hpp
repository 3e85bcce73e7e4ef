// Whether a file keeps its name while it is being written. One file per system implements it
// (watched_file_posix.cpp, watched_file_win32.cpp). One thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "os.hpp"

namespace ringproc::tool::os {

class WatchedFile {
 public:
  // Effect: watches the directory that the file is in, or is to be in.
  explicit WatchedFile(const std::string& path);
  ~WatchedFile();
  WatchedFile(const WatchedFile&) = delete;
  WatchedFile& operator=(const WatchedFile&) = delete;

  // Effect: watches the file that has the name now, in place of the directory.
  void follow();

  // No name leads to the file any more, because it, or the directory, was deleted. What cannot be
  // told counts as not deleted. Blocks: on some file systems.
  [[nodiscard]] bool is_deleted() const;

  // Space that the file takes beyond its size. Blocks: as is_deleted().
  [[nodiscard]] std::uint64_t reserved_bytes() const;

 private:
  std::string path_;
  Waitable directory_ = kNothing;
  Waitable file_ = kNothing;
  bool missing_ = false;  // there was none to follow
};

}  // namespace ringproc::tool::os
