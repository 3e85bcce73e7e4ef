#include "region/region.hpp"

#include <limits>
#include <new>
#include <utility>

namespace ringproc::core {

std::unique_ptr<Region> Region::create(std::uint64_t ring_bytes, bool populate_all,
                                       std::error_code& error) {
  const std::uint64_t page = os::page_size();
  const std::uint64_t ring = (ring_bytes + page - 1) / page * page;
  if (ring == 0 || ring > std::numeric_limits<std::size_t>::max() - kRingStart) {
    error = std::make_error_code(std::errc::not_enough_memory);
    return nullptr;
  }
  // Populating more than there is would call the kernel's out-of-memory killer, not fail.
  constexpr std::uint64_t kWorthALook = 64 * 1024 * 1024;
  if (populate_all && ring > kWorthALook && ring > os::available_memory()) {
    error = std::make_error_code(std::errc::not_enough_memory);
    return nullptr;
  }
  os::Memory memory = os::Memory::reserve(static_cast<std::size_t>(ring) + kRingStart, error);
  if (error) return nullptr;
  const std::size_t present =
      populate_all ? memory.bytes().size() : std::min(memory.bytes().size(), kFirstBytes);
  error = memory.populate(present);
  if (error) return nullptr;

  std::unique_ptr<Region> region(new Region(std::move(memory), ring));
  region->header().populated = present - kRingStart;
  return region;
}

Region::Region(os::Memory memory, std::uint64_t ring_bytes) noexcept
    : memory_(std::move(memory)),
      header_(new (memory_.bytes().data()) RegionHeader{}),
      ring_(memory_.bytes().subspan(kRingStart, static_cast<std::size_t>(ring_bytes))),
      patch_ring_(header_->patch_data) {
  header_->magic = kRegionMagic;
  header_->version = kRegionVersion;
  header_->header_bytes = sizeof(RegionHeader);
  header_->ring_range = ring_bytes;
  header_->run_rows = kRunRows;
  header_->patch_rows = kPatchRows;
  header_->patch_bytes = kPatchBytes;
}

}  // namespace ringproc::core
