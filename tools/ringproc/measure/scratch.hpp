// The files of a run: in a directory of their own, which goes with the run.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "measure/case.hpp"

namespace ringproc::tool::measure {

// One thread.
class Scratch {
 public:
  // Effect: makes DIRECTORY/ringproc-bench-PID; error() says if that failed.
  explicit Scratch(const std::string& directory);
  ~Scratch();  // remove(), for what is still there
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  // Effect: writes the files of a prepared case full and syncs them, unless they are there already.
  // Returns: empty, or what failed. Blocks: on the disk; ends early, and with an empty text, on
  // stop.
  [[nodiscard]] std::string prepare(const Case& one, const std::atomic<bool>& stop);

  // The files of a case.
  [[nodiscard]] std::vector<std::string> paths(const Case& one) const;

  // Effect: a growing case's files are gone, durably: what the file system has to do for that is
  // not left to the next turn. Blocks: on the disk.
  void remove_files(const Case& one) const;

  // Effect: everything is gone, also what rings have kept for it. Requires: all files are closed.
  // Returns: empty, or what is left and why.
  [[nodiscard]] std::string remove();

 private:
  std::string path_;
  std::string error_;
};

// Directories that killed runs have left in that one.
[[nodiscard]] std::vector<std::string> left_behind(const std::string& directory);

}  // namespace ringproc::tool::measure
