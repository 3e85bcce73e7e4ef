#include "wave_bext.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <string_view>

#include "version_text.hpp"

namespace ringproc::tool {
namespace {

template <std::size_t size>
void put(std::array<char, size>& field, std::string_view text) {
  std::copy_n(text.begin(), std::min(size, text.size()), field.begin());
}

}  // namespace

BextChunk bext_chunk(std::chrono::system_clock::time_point begun, std::uint32_t rate) {
  using std::chrono::nanoseconds;
  const auto whole = std::chrono::floor<std::chrono::seconds>(begun);
  const std::tm local = fmt::localtime(std::chrono::system_clock::to_time_t(whole));
  const auto seconds =
      static_cast<std::uint64_t>((local.tm_hour * 60 + local.tm_min) * 60 + local.tm_sec);
  const auto rest = static_cast<std::uint64_t>(nanoseconds(begun - whole).count());
  BextChunk chunk;
  put(chunk.originator, fmt::format("ringproc {}", version()));
  put(chunk.date, fmt::format("{:%Y-%m-%d}", local));
  put(chunk.time, fmt::format("{:%H:%M:%S}", local));
  chunk.time_reference = seconds * rate + rest * rate / 1'000'000'000;
  chunk.version = 1;
  return chunk;
}

}  // namespace ringproc::tool
