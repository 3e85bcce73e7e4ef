// How long the disk has room for a recording, and what follows from that: the time shown, the
// warning, the end that --min-free asks for. No thread, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sample_format.hpp"

namespace ringproc::tool {

// What a user may write to the file system that holds a file, there already or to be created.
// Returns: bytes, nothing if it cannot be told. Blocks: on the file system.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(const std::string& path);

// "2h13m", "5m02s", "41 s", "9.5 s".
[[nodiscard]] std::string time_left_text(double seconds);

class DiskSpace {
 public:
  // min_free_seconds: 0 if the recording may fill the disk.
  DiskSpace(const AudioFormat& format, double min_free_seconds)
      : format_(format), min_free_seconds_(min_free_seconds) {}

  [[nodiscard]] double seconds_in(std::uint64_t bytes) const {
    return static_cast<double>(bytes) / static_cast<double>(format_.bytes_per_second());
  }
  // Whether a recording that has so much room must end, or must not begin.
  [[nodiscard]] bool must_end(std::uint64_t room_bytes) const {
    return seconds_in(room_bytes) < min_free_seconds_;
  }

  // Once, when less than a minute is left until then, and the recording is to last longer.
  // Returns: a line; empty if there is nothing to say.
  [[nodiscard]] std::string warning(std::uint64_t room_bytes, double seconds_to_come);

  // Why it must end, or not begin.
  [[nodiscard]] std::string reason(std::uint64_t room_bytes) const;

 private:
  const AudioFormat format_;
  const double min_free_seconds_;
  bool warned_ = false;
};

}  // namespace ringproc::tool
