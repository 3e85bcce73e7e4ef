#include "units.hpp"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace ringproc::tool {

std::string duration_text(double nanoseconds) {
  constexpr std::array<std::string_view, 3> kUnits = {"ns", "us", "ms"};
  for (const std::string_view unit : kUnits) {
    if (nanoseconds < 999.5) {
      return fmt::format("{:.{}f} {}", nanoseconds, nanoseconds < 99.95 && unit != "ns" ? 1 : 0,
                         unit);
    }
    nanoseconds /= 1'000;
  }
  return fmt::format("{:.2f} s", nanoseconds);
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"B", "kB", "MB", "GB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1'000;
  return fmt::format("{:.{}f} {}", value, value < 99.95 && unit > 0 ? 1 : 0, kUnits[unit]);
}

std::string whole_number_error(const std::string& text) {
  const bool good = text.find_first_not_of("0123456789") == std::string::npos;
  return good ? std::string() : fmt::format("'{}' is not a whole number", text);
}

}  // namespace ringproc::tool
