#include "disk_space.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "units.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

constexpr double kWarningSeconds = 60;

}  // namespace

std::optional<std::uint64_t> free_bytes(const std::string& path) {
  std::error_code error;
  auto space = std::filesystem::space(to_path(path), error);
  if (error) {
    const auto directory = to_path(path).parent_path();
    space =
        std::filesystem::space(directory.empty() ? std::filesystem::path(".") : directory, error);
  }
  if (error) return std::nullopt;
  return space.available;
}

std::string time_left_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 60) return fmt::format("{} s", static_cast<int>(seconds));
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3'600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  if (whole < 86'400) return fmt::format("{}h{:02}m", whole / 3'600, whole / 60 % 60);
  return fmt::format("{}d{:02}h", whole / 86'400, whole / 3'600 % 24);
}

std::string DiskSpace::warning(std::uint64_t room_bytes, double seconds_to_come) {
  const double left = seconds_in(room_bytes) - min_free_seconds_;
  if (warned_ || left >= kWarningSeconds || seconds_to_come < left) return {};
  warned_ = true;
  std::string text = fmt::format("WARNING: the disk has room for only {} ({}) more",
                                 time_left_text(seconds_in(room_bytes)), bytes_text(room_bytes));
  if (min_free_seconds_ > 0) {
    text +=
        fmt::format("; at {} the recording ends (--min-free)", time_left_text(min_free_seconds_));
  }
  return text;
}

std::string DiskSpace::reason(std::uint64_t room_bytes) const {
  return fmt::format("the disk has room for only {} ({}) more, and --min-free asks for {}",
                     time_left_text(seconds_in(room_bytes)), bytes_text(room_bytes),
                     time_left_text(min_free_seconds_));
}

}  // namespace ringproc::tool
