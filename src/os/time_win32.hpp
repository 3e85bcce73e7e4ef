// Times of Windows: 100 ns since 1601.
#pragma once

#include <cstdint>

namespace ringproc::core::os {

// To ns since 1970; 0 for anything before.
[[nodiscard]] constexpr std::uint64_t unix_ns(std::uint64_t since_1601) noexcept {
  constexpr std::uint64_t k1970 = 116'444'736'000'000'000;
  return since_1601 < k1970 ? 0 : (since_1601 - k1970) * 100;
}

}  // namespace ringproc::core::os
