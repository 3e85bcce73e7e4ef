// How far `verify` is, on a terminal: a long recording takes as long as its disk. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os.hpp"

namespace ringproc::tool {

class VerifyProgress {
 public:
  explicit VerifyProgress(std::uint64_t all_bytes);
  ~VerifyProgress();
  VerifyProgress(const VerifyProgress&) = delete;
  VerifyProgress& operator=(const VerifyProgress&) = delete;

  // Effect: replaces the line, but not too often.
  void update(std::uint64_t done_bytes);

 private:
  const std::uint64_t all_bytes_;
  const bool shows_;
  os::Clock::time_point next_;
  std::size_t shown_ = 0;  // columns
};

}  // namespace ringproc::tool
