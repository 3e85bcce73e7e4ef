// A disk as it was before a log of writes began, brought forward from cut to cut; what a cut leaves
// at random, and what mounting it changes, goes to a snapshot that is thrown away. One thread.
#pragma once

#include <cstddef>
#include <string>

#include "model/random.hpp"
#include "powercut/write_log.hpp"

namespace powercut {

class Replayed {
 public:
  // Requires: the disk is /dev/ubdc, and /dev/ubdd has room for what a cut leaves.
  explicit Replayed(const WriteLog& log);
  ~Replayed();
  Replayed(const Replayed&) = delete;
  Replayed& operator=(const Replayed&) = delete;

  struct Left {
    std::string device;
    std::size_t lost = 0;  // writes, wholly or in part
  };
  // Effect: makes a device with what a power cut there leaves. Requires: what is durable there was
  // not behind an earlier cut. Each needs a put_back().
  [[nodiscard]] Left cut(std::size_t at, model::Random& random);
  void put_back();

 private:
  const WriteLog& log_;
  int disk_ = -1;
  std::size_t done_ = 0;
};

}  // namespace powercut
