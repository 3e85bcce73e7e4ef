#include <sys/vfs.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "machine.hpp"
#include "mount_table.hpp"

namespace ringproc::tool {
namespace {

std::optional<std::uint64_t> number_in_file(const char* path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> machine_available_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kilobytes = 0;
    if (words >> key >> kilobytes && key == "MemAvailable:") return kilobytes * 1024;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> container_available_bytes() {
  const auto limit = number_in_file("/sys/fs/cgroup/memory.max");
  const auto used = number_in_file("/sys/fs/cgroup/memory.current");
  if (!limit || !used) return std::nullopt;
  return *limit > *used ? *limit - *used : 0;
}

}  // namespace

std::optional<std::uint64_t> available_memory_bytes() {
  const auto machine = machine_available_bytes();
  const auto container = container_available_bytes();
  if (!machine || !container) return machine ? machine : container;
  return std::min(*machine, *container);
}

namespace {

// Where the mount table does not reach, as in a change of root.
std::string by_magic(const std::string& path) {
  struct statfs status {};
  if (::statfs(path.c_str(), &status) != 0 &&
      ::statfs(std::filesystem::path(path).parent_path().c_str(), &status) != 0) {
    return "unknown";
  }
  constexpr std::pair<unsigned long, const char*> kKnown[] = {
      {0xEF53, "ext4"},      {0x58465342, "xfs"},     {0x9123683E, "btrfs"},
      {0x01021994, "tmpfs"}, {0x794C7630, "overlay"}, {0x65735546, "fuse"},
      {0x6969, "nfs"},       {0x2FC12FC1, "zfs"},     {0x4D44, "vfat"}};
  for (const auto& [magic, name] : kKnown) {
    if (static_cast<unsigned long>(status.f_type) == magic) return name;
  }
  return "unknown";
}

}  // namespace

std::string file_system_of(const std::string& path) {
  std::error_code error;
  const std::string real = std::filesystem::weakly_canonical(path, error).string();
  std::ifstream table("/proc/self/mountinfo");
  const auto mount = error ? std::nullopt : find_mount(table, real);
  return mount ? mount->type : by_magic(real);
}

}  // namespace ringproc::tool
