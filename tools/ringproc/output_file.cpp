#include "output_file.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "os.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {

OutputClaim claim_output_file(const std::string& path, bool overwrite) {
  const std::error_code reason = os::create_new_file(path);
  if (!reason) return {true, {}};
  std::error_code error;
  const auto status = std::filesystem::status(to_path(path), error);
  if (std::filesystem::is_regular_file(status)) {
    if (overwrite) return {};
    return {false, fmt::format("{} exists already; give -y to overwrite it, or choose another name",
                               path)};
  }
  if (std::filesystem::exists(status)) {
    return {false, fmt::format("{} is not a regular file; choose another name", path)};
  }
  return {false, fmt::format("cannot create {}: {}", path, reason.message())};
}

}  // namespace ringproc::tool
