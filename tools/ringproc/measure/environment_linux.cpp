#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "machine.hpp"
#include "measure/environment.hpp"
#include "measure/linux_files.hpp"
#include "mount_table.hpp"

namespace ringproc::tool::measure {
namespace {

unsigned processors() {
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? static_cast<unsigned>(count) : 0;
}

std::optional<std::uint64_t> memory_bytes() {
  struct sysinfo memory {};
  if (::sysinfo(&memory) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit;
}

std::string system_name() {
  utsname name{};
  if (::uname(&name) != 0) return "Linux";
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

void take_room(DiskFacts& disk) {
  struct statvfs room {};
  if (::statvfs(disk.directory.c_str(), &room) != 0) return;
  disk.size_bytes = static_cast<std::uint64_t>(room.f_blocks) * room.f_frsize;
  disk.free_bytes = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
}

void take_mount(DiskFacts& disk) {
  std::ifstream table("/proc/self/mountinfo");
  const auto mount = find_mount(table, disk.directory);
  if (!mount) return;
  disk.mount_point = mount->point;
  disk.source = mount->source;
  disk.mount_options = mount->options;
}

// Btrfs, and file systems in user space, have files on a device number of their own; what they are
// mounted from may be a device.
std::optional<BlockDevice> device_below(const DiskFacts& disk) {
  struct stat status {};
  if (::stat(disk.directory.c_str(), &status) != 0) return std::nullopt;
  if (auto device = block_device("", major(status.st_dev), minor(status.st_dev))) return device;
  const std::string source = disk.source.value_or("");
  // Others have any word there, which would be a name in the current directory.
  if (!source.starts_with('/') || ::stat(source.c_str(), &status) != 0) return std::nullopt;
  if (!S_ISBLK(status.st_mode)) return std::nullopt;
  return block_device("", major(status.st_rdev), minor(status.st_rdev));
}

void take_device(DiskFacts& disk) {
  const auto device = device_below(disk);
  if (!device) return;
  disk.device = device->name;
  disk.model = device->model;
  disk.write_cache = device->write_cache;
  disk.rotational = device->rotational;
  disk.scheduler = device->scheduler;
}

}  // namespace

MachineFacts machine_facts() {
  MachineFacts machine;
  machine.cpu = cpu_name("");
  machine.processors = processors();
  machine.memory_bytes = memory_bytes();
  machine.system = system_name();
  machine.distribution = distribution_name("");
  machine.hypervisor = hypervisor("");
  return machine;
}

DiskFacts disk_facts(const std::string& directory) {
  std::error_code error;
  DiskFacts disk;
  disk.directory = std::filesystem::canonical(directory, error).string();
  if (error) disk.directory = directory;
  disk.file_system = file_system_of(disk.directory);
  if (error) return disk;
  take_mount(disk);
  take_device(disk);
  take_room(disk);
  return disk;
}

}  // namespace ringproc::tool::measure
