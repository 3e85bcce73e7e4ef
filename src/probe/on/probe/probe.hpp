// The tests' build: see src/probe/off. Switches, by environment:
//   RINGPROC_KILL_AT=N        SIGKILL to this process right after its N-th store, counted from 1
//   RINGPROC_KILL_COUNT=FILE  at exit the number of stores made is written there
//   RINGPROC_MUTANT=NAME      the deliberate bug of that name (mutants.hpp) is in force
#pragma once

#include <atomic>
#include <cstdint>

#include "probe/mutants.hpp"

namespace ringproc::core::probe {

inline constexpr std::uint64_t kNotEarly = UINT64_MAX;

void stored() noexcept;
[[nodiscard]] bool mutant(Mutant which) noexcept;
[[nodiscard]] std::uint64_t early(Mutant which, const std::atomic<std::uint64_t>& word) noexcept;

// Whether memory is given back at once, however short the need for it is past: RINGPROC_IMPATIENT.
[[nodiscard]] bool impatient() noexcept;

}  // namespace ringproc::core::probe
