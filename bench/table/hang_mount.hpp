// A file system whose disk can be made to hang: tests/bad_disk, mounted for as long as
// this object lives.
#pragma once

#include <memory>
#include <string>

#include "bench/table/process.hpp"

namespace bench {

class HangMount {
 public:
  // scratch: an empty directory. Errors: NotHere if there can be none here.
  explicit HangMount(const std::string& scratch);
  HangMount(const HangMount&) = delete;
  HangMount& operator=(const HangMount&) = delete;
  ~HangMount();

  [[nodiscard]] std::string path() const { return root_ + "/mount"; }
  void hang() { command("fault write 1 0 hang"); }
  void release() { command("release full"); }
  // So that what was removed is no longer kept for a power cut.
  void sync() { command("sync"); }

 private:
  void command(const std::string& line) const;

  const std::string root_;
  std::string control_;  // in a place with a short name: a socket's may have 107 characters
  std::unique_ptr<Process> server_;
  int socket_ = -1;
};

}  // namespace bench
