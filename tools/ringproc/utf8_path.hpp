// File names are UTF-8 texts in the program (on POSIX: whatever bytes they are);
// std::filesystem::path would take such a text for the code page on Windows.
#pragma once

#include <filesystem>
#include <string>

namespace ringproc::tool {

[[nodiscard]] inline std::filesystem::path to_path(const std::string& name) {
  return std::u8string(name.begin(), name.end());
}

[[nodiscard]] inline std::string to_utf8(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

}  // namespace ringproc::tool
