// The chunks of a RIFF/WAVE, RF64 or BW64 file as they are, damaged or not. Reads through a
// function, so that it knows no kind of file. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "wave_layout.hpp"
#include "wave_sizes.hpp"

namespace ringproc::tool {

// Reads at an offset. Returns: bytes read; fewer than asked at the end of the file.
using ReadAt = std::function<std::size_t(std::uint64_t offset, std::span<std::byte> into)>;

// The longest file that plain RIFF can describe; a size of 0xFFFFFFFF stands for an unknown one.
inline constexpr std::uint64_t kMaxRiffBytes = std::uint64_t{0xFFFF'FFFE} + 8;

struct WaveMap {
  std::string form;                  // RIFF, RF64 or BW64
  bool rf64 = false;                 // one of the latter two
  std::uint64_t riff_bytes = 0;      // as stated, by `ds64` if that is asked for
  std::uint32_t reserved_bytes = 0;  // see SizeFields
  bool ds64 = false;                 // there is a usable one
  WaveFormatChunk format{};
  std::uint32_t format_bytes = 0;  // of the chunk
  std::uint64_t fact_offset = 0;   // of its frame count; 0: none
  std::uint32_t fact_frames = 0;
  std::uint64_t data_size_offset = 0;
  std::uint64_t data_offset = 0;
  std::uint64_t data_bytes = 0;  // as stated, by `ds64` if that is asked for
  std::uint64_t samples = 0;     // as stated by `ds64`
  // Made by record: others let samples begin at 4096, too, and what they put behind them is not
  // ours to judge.
  bool ours = false;

  // Whether the samples are frames of one size, which can be counted.
  [[nodiscard]] bool counts_frames() const;
  [[nodiscard]] SizeFields size_fields() const;
};

struct MappedWave {
  std::optional<WaveMap> map;
  std::string error;     // why there is none
  bool foreign = false;  // because it is another kind of file
};

// Effect: reads the headers up to `data`.
[[nodiscard]] MappedWave map_wave(const ReadAt& read_at);

// The frame format, if it is one that record writes.
[[nodiscard]] std::optional<AudioFormat> recorded_format(const WaveMap& map);

// Whether chunks follow one another from `offset` exactly to the end of the file; none at all do,
// too.
[[nodiscard]] bool chunks_reach_end(const ReadAt& read_at, std::uint64_t offset,
                                    std::uint64_t file_bytes);

}  // namespace ringproc::tool
