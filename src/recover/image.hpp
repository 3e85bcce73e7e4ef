// A region that somebody left behind, as untrusted input: its header is copied to private memory,
// and the copy checked, before anything in it is believed. Ring bytes are fetched piece by piece;
// they are only bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "drain/batch.hpp"
#include "region/region.hpp"

namespace ringproc::core {

enum class ImageState { good, other_version, damaged };

struct Image {
  ImageState state = ImageState::damaged;
  std::string problem;             // for people; empty if good
  std::unique_ptr<Region> region;  // the copy, if good
};

// Blocks: on reading memory. Never faults, whatever happens to the file meanwhile.
[[nodiscard]] Image load_image(const RegionFile& file);

// What is wrong with a header for a region file of that size and with so much memory in use; empty
// if nothing is: then every index, offset and length that a replay uses is in bounds.
[[nodiscard]] std::string problem_of(const RegionHeader& header, std::uint64_t file_size,
                                     std::uint64_t held_bytes);

// Bytes accepted and not written, patches included.
[[nodiscard]] std::uint64_t pending_bytes(const RegionHeader& header) noexcept;

// The path that the region names now; the one before or, if its owner died in a rename, after it
// (empty if there is none).
[[nodiscard]] std::string path_of(const RegionHeader& header);
[[nodiscard]] std::string other_path_of(const RegionHeader& header);

// Fetches a batch's bytes into the copy. Returns: false if the file has become too short, or there
// is no memory.
[[nodiscard]] bool fetch(const RegionFile& file, Region& copy, const Batch& batch) noexcept;

}  // namespace ringproc::core
