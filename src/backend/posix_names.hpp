// What files (posix_file.cpp) and names (posix_names.cpp) of POSIX systems share.
#pragma once

#include <string>
#include <system_error>

#include "backend/backend.hpp"

namespace ringproc::core {

[[nodiscard]] inline std::error_code os_error(int error) noexcept {
  return {error, std::system_category()};
}
// By statx(2), whose arguments these are.
[[nodiscard]] FileState state_of(int fd, const char* path, int flags,
                                 std::error_code& error) noexcept;
[[nodiscard]] std::string directory_of(const std::string& path);
// Errors: std::errc::not_supported where directories cannot be synced, or this one not by us.
[[nodiscard]] std::error_code sync_directory(const std::string& directory);

}  // namespace ringproc::core
