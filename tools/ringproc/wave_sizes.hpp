// The sizes in a RIFF/WAVE or RF64 header, and what to write where so that they say another number
// of samples. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

#include "backend/backend.hpp"
#include "wave_layout.hpp"

namespace ringproc::tool {

// Stands in a 32-bit size of an RF64 or BW64 file for: see `ds64`.
inline constexpr std::uint32_t kIn64Bits = 0xFFFF'FFFF;

// Where a file's sizes stand.
struct SizeFields {
  std::uint32_t reserved_bytes = 0;          // contents of a first `JUNK` or `ds64` chunk; 0: none
  bool ds64 = false;                         // it is `ds64` now
  std::uint64_t fact_offset = 0;             // of the frame count in `fact`; 0: none
  std::uint64_t data_size_offset = 0;        // of the `data` chunk's size
  std::uint64_t data_offset = 0;             // of the first sample
  std::uint64_t frame_bytes = 0;             // 0: not all of one size, and not counted
  std::uint64_t riff_limit = kMaxFileBytes;  // the longest file that stays plain RIFF
};

[[nodiscard]] SizeFields size_fields(const WaveLayout& layout, const AudioFormat& format,
                                     std::uint64_t riff_limit = kMaxFileBytes);

struct HeaderPatch {
  std::uint64_t offset = 0;
  std::vector<std::byte> bytes;
};

// The patches that make a header say so many bytes of samples, with `tail_bytes` of other chunks
// behind them. To be written in this order. becomes_rf64: the first of them makes RIFF to RF64, and
// must be durable before the others are begun: with it alone the sizes are right already, without
// it the others stand for more than there is.
struct HeaderPatches {
  std::vector<HeaderPatch> list;
  bool becomes_rf64 = false;
};
// Requires: fits_header(). The form RF64 is never taken back.
[[nodiscard]] HeaderPatches size_patches(const SizeFields& fields, std::uint64_t data_bytes,
                                         std::uint64_t tail_bytes = 0);

// Whether such a file can be described: RIFF up to its limit, beyond with room for `ds64`.
[[nodiscard]] bool fits_header(const SizeFields& fields, std::uint64_t data_bytes,
                               std::uint64_t tail_bytes = 0);

// Effect: writes patches; durable when it returns success. Errors: the OS's. Blocks: on the disk.
[[nodiscard]] std::error_code write_patches(core::Backend& file, const HeaderPatches& patches);

}  // namespace ringproc::tool
