#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "measure/linux_files.hpp"

namespace ringproc::tool::measure {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> attribute(const fs::path& path) {
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return std::nullopt;
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// "none [mq-deadline] kyber"; a device that has no choice says "none".
std::optional<std::string> chosen(const std::optional<std::string>& list) {
  if (!list) return std::nullopt;
  const std::size_t open = list->find('[');
  const std::size_t close = list->find(']', open == list->npos ? 0 : open);
  if (open == list->npos || close == list->npos) return list;
  return list->substr(open + 1, close - open - 1);
}

std::optional<bool> flag(const std::optional<std::string>& text) {
  if (text == "0" || text == "1") return text == "1";
  return std::nullopt;
}

}  // namespace

std::optional<BlockDevice> block_device(const std::string& root, unsigned major, unsigned minor) {
  std::error_code error;
  const std::string number = std::to_string(major) + ":" + std::to_string(minor);
  fs::path disk = fs::canonical(root + "/sys/dev/block/" + number, error);
  if (error) return std::nullopt;
  if (fs::exists(disk / "partition", error)) disk = disk.parent_path();
  BlockDevice device;
  device.name = disk.filename().string();
  std::replace(device.name.begin(), device.name.end(), '!', '/');  // "cciss!c0d0" is in a folder
  device.model = attribute(disk / "device/model");
  // Cards have a name instead.
  if (!device.model && device.name.starts_with("mmcblk")) {
    device.model = attribute(disk / "device/name");
  }
  device.write_cache = attribute(disk / "queue/write_cache");
  device.rotational = flag(attribute(disk / "queue/rotational"));
  device.scheduler = chosen(attribute(disk / "queue/scheduler"));
  return device;
}

}  // namespace ringproc::tool::measure
