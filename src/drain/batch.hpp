// What goes to disk next: pure functions on a region, shared by the drain (which calls them under
// its state mutex) and by replay (which has the region to itself).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

#include "backend/backend.hpp"
#include "region/region.hpp"

namespace ringproc::core {

inline constexpr std::size_t kMaxParts = 16;
inline constexpr std::uint64_t kMaxBatch =
    4 * 1024 * 1024;  // bounds how long one call holds ring space

// Bytes for one place of the file, in ring or patch memory.
struct Batch {
  std::array<std::span<const std::byte>, kMaxParts> parts;
  std::size_t part_count = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t length = 0;
  std::uint64_t position = 0;
  bool is_patch = false;
  bool direct = false;         // past the page cache: whole blocks only
  bool flushed_often = false;  // a sync follows, as it often does in this file

  void add(const RingParts& more) noexcept;
  // Only the first bytes of it. Requires: 0 < bytes <= length.
  void cut(std::uint64_t bytes) noexcept;
};

// The next batch: a patch that is due, or pending bytes up to the next patch, contiguous in the
// file. Returns false if nothing is pending. Requires: nobody else claims or retires; patches are
// not pushed meanwhile.
[[nodiscard]] bool claim(const Region& region, Batch& batch) noexcept;

// `done` bytes of the batch are in the file: moves the watermarks on, retires rows, frees ring
// space.
void retire(RegionHeader& header, const Batch& batch, std::uint64_t done) noexcept;

// Writes a batch: the one place where short writes are continued. progress(done) is called after
// every call to the backend that took bytes. Returns: the error that ended it.
template <typename Progress>
[[nodiscard]] std::error_code write_batch(Backend& backend, Batch batch,
                                          Progress progress) noexcept {
  std::size_t first = 0;
  std::uint64_t done = 0;
  while (done < batch.length) {
    const auto parts = std::span(batch.parts).subspan(first, batch.part_count - first);
    const std::uint64_t offset = batch.file_offset + done;
    // What a direct write leaves over need not be whole blocks.
    const bool direct = std::exchange(batch.direct, false);
    const IoResult result =
        direct ? backend.write_direct_at(parts, offset) : backend.write_at(parts, offset);
    if (direct && result.error == std::errc::not_supported) continue;  // nothing was written
    done += result.bytes;
    if (result.bytes > 0) progress(done);
    if (result.error) return result.error;
    // No progress and no reason: going on might never end.
    if (result.bytes == 0) return std::make_error_code(std::errc::io_error);
    for (std::size_t taken = result.bytes; taken > 0;) {
      auto& part = batch.parts[first];
      const std::size_t step = taken < part.size() ? taken : part.size();
      part = part.subspan(step);
      taken -= step;
      if (part.empty()) ++first;
    }
  }
  return {};
}

}  // namespace ringproc::core
