#include "bad_disk/names.hpp"

#include <errno.h>
#include <linux/fs.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>

namespace bad_disk {

Names::Names(std::string backing_directory)
    : backing_directory_(std::move(backing_directory)),
      // Not used again by the next mount, which may get this one's device number.
      last_id_(
          static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())),
      root_(std::make_shared<Node>()) {
  root_->id = ++last_id_;
  root_->mode = S_IFDIR | 0755;
}

std::shared_ptr<Node> Names::look_up(const std::string& path) const {
  std::shared_ptr<Node> node = root_;
  std::size_t begin = 1;
  while (node && begin < path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto at = node->entries.find(path.substr(begin, end - begin));
    node = at == node->entries.end() ? nullptr : at->second;
    begin = end + 1;
  }
  return node;
}

Names::Place Names::place_of(const std::string& path) const {
  const auto slash = path.rfind('/');
  auto directory = look_up(path.substr(0, slash));
  if (directory && directory->contents) directory.reset();
  return {std::move(directory), path.substr(slash + 1)};
}

void Names::changed(Node& directory) { directory.since_sync.push_back(directory.entries); }

std::shared_ptr<Node> Names::find(const std::string& path) const {
  const std::lock_guard lock(m_);
  return look_up(path);
}

std::string Names::name_of(const Node& node) const {
  const std::lock_guard lock(m_);
  return node.name;
}

Entries Names::entries_of(const Node& directory) const {
  const std::lock_guard lock(m_);
  return directory.entries;
}

int Names::make(const std::string& path, mode_t mode, std::shared_ptr<Node>& made) {
  const std::lock_guard lock(m_);
  const Place place = place_of(path);
  if (!place.directory) return -ENOENT;
  if (place.directory->entries.contains(place.name)) return -EEXIST;
  made = std::make_shared<Node>();
  made->id = ++last_id_;
  made->mode = mode;
  made->name = place.name;
  if (!S_ISDIR(mode)) made->contents = std::make_unique<Contents>(backing_directory_);
  place.directory->entries[place.name] = made;
  changed(*place.directory);
  return 0;
}

int Names::remove(const std::string& path, bool directory) {
  const std::lock_guard lock(m_);
  const Place place = place_of(path);
  const auto node = look_up(path);
  if (!place.directory || !node) return -ENOENT;
  if (directory == (node->contents != nullptr)) return directory ? -ENOTDIR : -EISDIR;
  if (!node->entries.empty()) return -ENOTEMPTY;
  place.directory->entries.erase(place.name);
  changed(*place.directory);
  return 0;
}

int Names::rename(const std::string& from, const std::string& to, unsigned flags) {
  const std::lock_guard lock(m_);
  if ((flags & ~static_cast<unsigned>(RENAME_NOREPLACE)) != 0) return -EINVAL;
  const Place source = place_of(from);
  const Place target = place_of(to);
  const auto node = look_up(from);
  if (!source.directory || !target.directory || !node) return -ENOENT;
  if ((flags & RENAME_NOREPLACE) != 0 && look_up(to)) return -EEXIST;
  source.directory->entries.erase(source.name);
  target.directory->entries[target.name] = node;
  node->name = target.name;
  changed(*target.directory);
  if (source.directory != target.directory) changed(*source.directory);
  return 0;
}

void Names::sync(Node& directory) {
  const std::lock_guard lock(m_);
  directory.since_sync.assign(1, directory.entries);
}

void Names::sync_all() {
  const std::lock_guard lock(m_);
  sync_below(*root_);
}

void Names::sync_below(Node& directory) {
  directory.since_sync.assign(1, directory.entries);
  for (const auto& [name, node] : directory.entries) {
    if (node->contents) {
      node->contents->sync();
    } else {
      sync_below(*node);
    }
  }
}

void Names::image(Survivors survivors, std::uint64_t seed, const std::string& to) const {
  const std::lock_guard lock(m_);
  Random random(seed);
  write_below(*root_, survivors, random, to);
}

// A journal keeps the order of the changes in a directory: some of the first ones survive.
void Names::write_below(const Node& directory, Survivors survivors, Random& random,
                        const std::string& to) {
  const auto& states = directory.since_sync;
  const auto& entries = survivors == Survivors::none   ? states.front()
                        : survivors == Survivors::some ? states[random() % states.size()]
                                                       : states.back();
  for (const auto& [name, node] : entries) {
    const std::string path = to + "/" + name;
    if (node->contents) {
      std::ofstream(path, std::ios::binary) << node->contents->image(survivors, random);
    } else {
      std::filesystem::create_directory(path);
      write_below(*node, survivors, random, path);
    }
  }
}

}  // namespace bad_disk
