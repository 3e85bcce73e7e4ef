#include <istream>
#include <sstream>
#include <utility>

#include "mount_table.hpp"

namespace ringproc::tool {
namespace {

// One line: "36 35 98:0 /root /mount/point options ... - type source options".
Mount parse_mount(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  Mount mount;
  for (int i = 0; i < 5 && words >> word; ++i) mount.point = word;
  while (words >> word && word != "-") {
  }
  words >> mount.type;
  return mount;
}

bool is_below(const std::string& path, const std::string& directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

std::optional<Mount> find_mount(std::istream& table, const std::string& path) {
  Mount best;
  std::string line;
  while (std::getline(table, line)) {
    Mount mount = parse_mount(line);
    if (is_below(path, mount.point) && mount.point.size() >= best.point.size())
      best = std::move(mount);
  }
  return best.type.empty() ? std::nullopt : std::optional(std::move(best));
}

}  // namespace ringproc::tool
