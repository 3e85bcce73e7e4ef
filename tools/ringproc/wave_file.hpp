// Writes the RIFF/WAVE structure before the samples through mmioCreateChunk and mmioAscend. One
// thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>

#include "backend/backend.hpp"
#include "ringproc/mmio.h"
#include "sample_format.hpp"
#include "wave_layout.hpp"

namespace ringproc::tool {

class WaveFile {
 public:
  // begun: when the first sample is expected; goes into `bext`.
  WaveFile(HMMIO handle, AudioFormat format, std::chrono::system_clock::time_point begun)
      : handle_(handle), format_(format), layout_(wave_layout(format)), begun_(begun) {}

  // Effect: writes everything before the first sample; the sizes stay 0, they are LiveHeader's.
  // Returns: success.
  [[nodiscard]] bool start();

  [[nodiscard]] const WaveLayout& layout() const { return layout_; }

 private:
  [[nodiscard]] bool write_chunk(FOURCC id, const void* bytes, std::uint32_t size);
  [[nodiscard]] bool write(const void* bytes, std::uint32_t size);

  HMMIO handle_;
  AudioFormat format_;
  WaveLayout layout_;
  std::chrono::system_clock::time_point begun_;
};

// Effect: writes the sizes of `frames` frames, which are there, and the pad byte, past mmio;
// durable.
[[nodiscard]] std::error_code write_wave_sizes(core::Backend& file, const AudioFormat& format,
                                               std::uint64_t frames);

// Effect: cuts a file whose recording ended in an error after so many frames, unless the rest of
// one more is still to come. Returns: empty, or what failed.
[[nodiscard]] std::string cut_to_frames(const std::string& path, std::uint64_t header_bytes,
                                        const AudioFormat& format, std::uint64_t frames,
                                        bool more_to_come);

// Effect: makes a file whose recording ended in an error valid up to `frames`: cuts it there
// (unless the rest of a frame is still to come) and writes the sizes, past mmio, because the failed
// handle takes nothing any more. Returns: empty, or what failed.
[[nodiscard]] std::string mend_wave_file(const std::string& path, const AudioFormat& format,
                                         std::uint64_t frames, bool more_to_come);

}  // namespace ringproc::tool
