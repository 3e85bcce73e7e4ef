// The sizes in the header of a file that is being recorded: at every instant valid, and never ahead
// of what is durable. One thread at a time.
#pragma once

#include <cstdint>

#include "sample_format.hpp"
#include "target.hpp"
#include "wave_sizes.hpp"

namespace ringproc::tool {

class LiveHeader {
 public:
  // riff_bytes: the longest file that stays plain RIFF; a longer one becomes RF64.
  LiveHeader(Target& target, const AudioFormat& format, std::uint64_t riff_bytes = kMaxFileBytes);

  // Effect: the header, durable, says so many frames; while bytes without a pad byte follow, an
  // even number of bytes. Requires: that many frames are durable. Returns: false if the file has
  // failed. Blocks: on the disk.
  [[nodiscard]] bool state(std::uint64_t frames);

  // The same for all frames there are, with the pad byte that the last may need.
  [[nodiscard]] bool finish(std::uint64_t frames);

  [[nodiscard]] bool is_rf64() const { return fields_.ds64; }

 private:
  [[nodiscard]] bool write(std::uint64_t data_bytes);

  Target& target_;
  SizeFields fields_;
};

}  // namespace ringproc::tool
