#include "replace_file.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "backend/backend.hpp"
#include "os.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

std::error_code write_all(core::Backend& file, std::string_view text) {
  std::uint64_t at = 0;
  while (at < text.size()) {
    const auto rest = std::as_bytes(std::span(text)).subspan(static_cast<std::size_t>(at));
    const core::IoResult result = file.write_at(std::array{rest}, at);
    if (result.error) return result.error;
    at += result.bytes;
  }
  return {};
}

std::error_code write_new(const std::string& path, std::string_view text) {
  std::error_code error;
  const auto file = core::open_file(path, {false, true, true, false, false}, error);
  if (!error) error = file->truncate(0);
  if (!error) error = write_all(*file, text);
  if (!error) error = file->sync();
  if (!error) error = file->close();
  return error;
}

}  // namespace

std::error_code replace_file(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  std::error_code error = write_new(fresh, text);
  if (!error) std::filesystem::rename(to_path(fresh), to_path(path), error);
  if (error) {
    std::error_code ignored;  // the one before it is to be told
    std::filesystem::remove(to_path(fresh), ignored);
    return error;
  }
  error = os::sync_directory_of(path);
  return error == std::errc::not_supported ? std::error_code() : error;
}

}  // namespace ringproc::tool
