// A region: header and ring memory in one mapping. Created by the opener; from then on its fields
// belong to the threads that layout.hpp names.
#pragma once

#include <memory>
#include <system_error>

#include "os/os.hpp"
#include "region/layout.hpp"
#include "region/ring.hpp"

namespace ringproc::core {

class Region {
 public:
  // ring_bytes: rounded up to whole pages. populate_all: every page is made present now.
  // Errors: the OS's (out of memory). Allocates: the mapping. Blocks: on populating.
  [[nodiscard]] static std::unique_ptr<Region> create(std::uint64_t ring_bytes, bool populate_all,
                                                      std::error_code& error);

  [[nodiscard]] RegionHeader& header() const noexcept { return *header_; }
  [[nodiscard]] const Ring& ring() const noexcept { return ring_; }
  [[nodiscard]] const Ring& patch_ring() const noexcept { return patch_ring_; }

 private:
  Region(os::Memory memory, std::uint64_t ring_bytes) noexcept;

  os::Memory memory_;
  RegionHeader* header_;
  Ring ring_;
  Ring patch_ring_;
};

}  // namespace ringproc::core
