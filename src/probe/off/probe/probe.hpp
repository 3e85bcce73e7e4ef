// Nothing, in what is shipped. The tests' build has a twin of this header (src/probe/on) that can
// kill the process after a chosen store to a region, and switch deliberate bugs on, so that the
// tests can show that they notice. CMake chooses.
#pragma once

#include <atomic>
#include <cstdint>

#include "probe/mutants.hpp"

namespace ringproc::core::probe {

inline constexpr std::uint64_t kNotEarly = UINT64_MAX;

// A store to a region was made, or a region's file was changed.
inline void stored() noexcept {}

// Whether the deliberate bug is in force.
constexpr bool mutant(Mutant) noexcept { return false; }

// With the deliberate bug: reads the word now, long before it should be read.
constexpr std::uint64_t early(Mutant, const std::atomic<std::uint64_t>&) noexcept {
  return kNotEarly;
}

// Whether memory is given back at once, however short the need for it is past.
constexpr bool impatient() noexcept { return false; }

}  // namespace ringproc::core::probe
