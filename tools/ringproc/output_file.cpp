#include "output_file.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace ringproc::tool {

OutputClaim claim_output_file(const std::string& path, bool overwrite) {
  std::FILE* const created = std::fopen(path.c_str(), "wx");
  if (created != nullptr) {
    const bool closed = std::fclose(created) == 0;
    return {true, closed ? std::string() : fmt::format("cannot create {}", path)};
  }
  const int reason = errno;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status)) {
    if (overwrite) return {};
    return {false, fmt::format("{} exists already; give -y to overwrite it, or choose another name",
                               path)};
  }
  if (std::filesystem::exists(status)) {
    return {false, fmt::format("{} is not a regular file; choose another name", path)};
  }
  return {false,
          fmt::format("cannot create {}: {}", path, std::generic_category().message(reason))};
}

}  // namespace ringproc::tool
