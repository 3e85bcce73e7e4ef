#include "recover/image.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>

namespace ringproc::core {
namespace {

constexpr std::uint64_t kLargestRange = std::uint64_t{1} << 41;  // twice what an option can ask for
constexpr std::uint64_t kSmallestPage = 4096;

bool ends_before(std::uint64_t begin, std::uint64_t length, std::uint64_t limit) {
  return begin <= limit && length <= limit - begin;
}

const char* problem_of_watermarks(const RegionHeader& h) {
  const std::uint64_t accepted = h.accepted;
  const std::uint64_t written = h.written;
  if (written > accepted || accepted - written > h.populated) return "impossible positions";
  if (h.durable > written || accepted > kLargestOffset) return "impossible positions";
  if (h.runs_retired > h.runs_pushed || h.runs_pushed - h.runs_retired > kRunRows) {
    return "an impossible number of runs";
  }
  if (h.patches_durable > h.patches_retired || h.patches_retired > h.patches_pushed ||
      h.patches_pushed - h.patches_retired > kPatchRows) {
    return "an impossible number of patches";
  }
  return nullptr;
}

// Rows from the oldest that counts: positions grow, places are in the file's and the ring's bounds,
// and ring memory that is pointed to has pages.
const char* problem_of_runs(const RegionHeader& h) {
  const std::uint64_t first = h.runs_retired;
  const std::uint64_t end = h.runs_pushed;
  const std::uint64_t accepted = h.accepted;
  const std::uint64_t written = h.written;
  if (accepted == written) return nullptr;
  if (first == end) return "bytes without a run";
  for (std::uint64_t row = first; row < end; ++row) {
    const Run& run = h.runs[static_cast<std::size_t>(row % kRunRows)];
    if (row == first && run.position > written) return "runs that begin too late";
    if (run.position > accepted) return "a run beyond the end";
    const bool last = row + 1 == end;
    const std::uint64_t next =
        last ? accepted : h.runs[static_cast<std::size_t>((row + 1) % kRunRows)].position;
    if (next < run.position) return "runs out of order";
    const std::uint64_t to = std::min(next, accepted);
    if (!ends_before(run.file_offset, to - run.position, kLargestOffset)) {
      return "a run beyond any file";
    }
    if (!ends_before(run.ring_offset, to - run.position, kLargestOffset)) {
      return "a run beyond any ring";
    }
    const std::uint64_t from = std::max(run.position, written);
    if (from >= to || h.populated == h.ring_range) continue;
    const std::uint64_t at = (run.ring_offset + (from - run.position)) % h.ring_range;
    if (!ends_before(at, to - from, h.populated)) return "a run in memory that does not exist";
  }
  return nullptr;
}

const char* problem_of_patches(const RegionHeader& h) {
  std::uint64_t before = 0;
  for (std::uint64_t row = h.patches_retired; row < h.patches_pushed; ++row) {
    const Patch& patch = h.patches[static_cast<std::size_t>(row % kPatchRows)];
    if (patch.length == 0 || patch.length > kMaxPatch) return "a patch of impossible length";
    if (patch.position < before || patch.position > h.accepted) return "patches out of order";
    if (!ends_before(patch.file_offset, patch.length, kLargestOffset) ||
        !ends_before(patch.data_offset, patch.length, kLargestOffset)) {
      return "a patch beyond any file";
    }
    before = patch.position;
  }
  return nullptr;
}

template <std::size_t N>
bool terminated(const std::array<char, N>& text) {
  return std::memchr(text.data(), '\0', N) != nullptr;
}

const char* problem_of_identity(const RegionHeader& h) {
  if (h.failure > INT32_MAX) return "an impossible failure";
  if (h.file_end > kLargestOffset || h.space_end > kLargestOffset) return "space beyond any file";
  const auto& path = h.identity.paths[static_cast<std::size_t>(h.identity.renames % 2)];
  if (!terminated(path) || !is_absolute_path(path.data())) return "no absolute path";
  if (!terminated(h.identity.boot_id)) return "no boot id";
  if (h.journal.begun < h.journal.settled) return "an impossible journal";
  return nullptr;
}

}  // namespace

std::string problem_of(const RegionHeader& header, std::uint64_t file_size,
                       std::uint64_t held_bytes) {
  if (header.header_bytes != sizeof(RegionHeader) || header.run_rows != kRunRows ||
      header.patch_rows != kPatchRows || header.patch_bytes != kPatchBytes) {
    return "tables of other sizes";
  }
  const std::uint64_t range = header.ring_range;
  if (range == 0 || range > kLargestRange || range % kSmallestPage != 0 ||
      file_size != kRingStart + range || header.populated == 0 || header.populated > range) {
    return "impossible sizes";
  }
  if (range > SIZE_MAX - kRingStart) return "too large for a 32-bit program; use the 64-bit one";
  for (const auto check :
       {problem_of_watermarks, problem_of_runs, problem_of_patches, problem_of_identity}) {
    if (const char* const problem = check(header)) return problem;
  }
  if (header.accepted - header.written > held_bytes) return "more bytes than memory";
  return {};
}

Image load_image(const RegionFile& file) {
  Image image;
  const RegionFile::Facts facts = file.facts();
  const auto header = std::make_unique<RegionHeader>();
  const std::span bytes(reinterpret_cast<std::byte*>(header.get()), sizeof(RegionHeader));
  if (file.read_at(bytes, 0) < bytes.size() || header->magic != kRegionMagic) {
    image.problem = "it is not a region";
    return image;
  }
  if (header->version != kRegionVersion) {
    image.state = ImageState::other_version;
    image.problem = "it was made by another version of ringproc (region format " +
                    std::to_string(header->version) + ", this is " +
                    std::to_string(kRegionVersion) + "); recover it with that version";
    return image;
  }
  const std::string problem = problem_of(*header, facts.size, facts.held_bytes);
  if (!problem.empty()) {
    image.problem = "it is damaged: " + problem;
    return image;
  }
  std::error_code error;
  image.region = Region::create_copy(*header, error);
  if (error) {
    image.problem = "no memory for a copy: " + error.message();
    return image;
  }
  image.state = ImageState::good;
  return image;
}

std::uint64_t pending_bytes(const RegionHeader& header) noexcept {
  std::uint64_t bytes = header.accepted - header.written;
  for (std::uint64_t row = header.patches_retired; row < header.patches_pushed; ++row) {
    bytes += header.patches[static_cast<std::size_t>(row % kPatchRows)].length;
  }
  return bytes;
}

std::string path_of(const RegionHeader& header) {
  return header.identity.paths[static_cast<std::size_t>(header.identity.renames % 2)].data();
}

std::string other_path_of(const RegionHeader& header) {
  const auto& path =
      header.identity.paths[static_cast<std::size_t>((header.identity.renames + 1) % 2)];
  return terminated(path) && is_absolute_path(path.data()) ? std::string(path.data())
                                                           : std::string();
}

bool fetch(const RegionFile& file, Region& copy, const Batch& batch) noexcept {
  if (batch.is_patch) return true;  // lies in the header
  std::byte* const begin = copy.memory().bytes().data();
  for (std::size_t i = 0; i < batch.part_count; ++i) {
    const auto& part = batch.parts[i];
    const auto offset = static_cast<std::size_t>(part.data() - begin);
    if (copy.memory().reserve_pages(offset, offset + part.size())) return false;
    if (file.read_at({begin + offset, part.size()}, offset) < part.size()) return false;
  }
  return true;
}

}  // namespace ringproc::core
