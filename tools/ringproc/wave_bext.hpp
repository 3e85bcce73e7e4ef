// The broadcast extension of a WAVE file: who made it and when, to the sample (EBU Tech 3285,
// version 1).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "wave_layout.hpp"

namespace ringproc::tool {

#pragma pack(push, 1)
// The contents of `bext`. Texts fill up with zero bytes and need none at the end.
struct BextChunk {
  std::array<char, 256> description{};
  std::array<char, 32> originator{};
  std::array<char, 32> originator_reference{};
  std::array<char, 10> date{};       // yyyy-mm-dd
  std::array<char, 8> time{};        // hh:mm:ss
  std::uint64_t time_reference = 0;  // samples since midnight
  std::uint16_t version = 0;
  std::array<std::uint8_t, 64> umid{};
  std::array<std::uint8_t, 190> reserved{};
};
#pragma pack(pop)
static_assert(sizeof(BextChunk) == kBextBytes);

// For a recording whose first sample is of that moment. Date, time and time reference are of the
// local day, as broadcasters have it.
[[nodiscard]] BextChunk bext_chunk(std::chrono::system_clock::time_point begun, std::uint32_t rate);

}  // namespace ringproc::tool
