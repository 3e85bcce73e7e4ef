#include <algorithm>
#include <istream>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "mount_table.hpp"

namespace ringproc::tool {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// Blanks, line ends and backslashes are written as "\040".
std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 3);
    if (text[i] == '\\' && digits.size() == 3 &&
        std::all_of(digits.begin(), digits.end(), is_octal)) {
      result += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::vector<std::string> split(const std::string& options) {
  std::vector<std::string> list;
  std::istringstream words(options);
  std::string word;
  while (std::getline(words, word, ',')) list.push_back(word);
  return list;
}

// Writing must be allowed by both; whatever else both have is said once.
std::string merged(const std::string& of_mount, const std::string& of_file_system) {
  std::vector<std::string> all = split(of_mount);
  for (const std::string& option : split(of_file_system)) {
    if (option == "ro") std::replace(all.begin(), all.end(), std::string("rw"), option);
    if (option == "rw" || std::find(all.begin(), all.end(), option) != all.end()) continue;
    all.push_back(option);
  }
  std::string text;
  for (const std::string& option : all) text += (text.empty() ? "" : ",") + option;
  return text;
}

// One line: "36 35 98:0 /root /mount/point options optional... - type source options".
std::optional<Mount> parse_mount(const std::string& line) {
  std::istringstream words(line);
  std::string device, root, of_mount, word, of_file_system;
  Mount mount;
  words >> mount.id >> mount.parent >> device >> root >> mount.point >> of_mount;
  while (words >> word && word != "-") {
  }
  words >> mount.type;
  if (!words) return std::nullopt;
  words >> mount.source >> of_file_system;
  mount.point = decoded(mount.point);
  mount.source = decoded(mount.source);
  mount.options = decoded(merged(of_mount, of_file_system));
  return mount;
}

bool is_below(const std::string& path, const std::string& directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

using Mounts = std::vector<Mount>;

bool has_parent(const Mounts& mounts, const Mount& mount) {
  return std::any_of(mounts.begin(), mounts.end(), [&](const Mount& other) {
    return other.id == mount.parent && other.id != mount.id;
  });
}

// Among those mounted directly on `below` (nothing: on what is not in the table), the one that the
// way along the path meets first.
const Mount* next_on_the_way(const Mounts& mounts, const Mount* below, const std::string& path) {
  const Mount* next = nullptr;
  for (const Mount& mount : mounts) {
    const bool is_child = below != nullptr ? mount.parent == below->id && mount.id != below->id
                                           : !has_parent(mounts, mount);
    if (!is_child || !is_below(path, mount.point)) continue;
    if (next == nullptr || mount.point.size() <= next->point.size()) next = &mount;
  }
  return next;
}

}  // namespace

// The order of the lines says nothing: the root may come after what is mounted on it. A mount over
// /a hides an older one on /a/b; parents tell that.
std::optional<Mount> find_mount(std::istream& table, const std::string& path) {
  Mounts mounts;
  std::string line;
  while (std::getline(table, line)) {
    if (auto mount = parse_mount(line)) mounts.push_back(std::move(*mount));
  }
  const Mount* found = nullptr;
  for (std::size_t steps = 0; steps < mounts.size(); ++steps) {  // a table with a circle ends, too
    const Mount* const next = next_on_the_way(mounts, found, path);
    if (next == nullptr) break;
    found = next;
  }
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

}  // namespace ringproc::tool
