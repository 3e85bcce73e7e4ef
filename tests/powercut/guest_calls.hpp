// The few system calls the guest's programs share. One thread. Failures end the program with a
// message on the console, which the host reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace powercut {

// Says what failed and why (errno), and ends the program.
[[noreturn]] void give_up(const char* what);
// A whole line to the console, at once: what the host has read has happened.
void say(const std::string& line);

// Mounts a device, or says why not and returns false.
[[nodiscard]] bool mount_disk(const std::string& device, const std::string& type,
                              const std::string& directory, std::string& why);
void unmount_disk(const std::string& directory);
// A module of the guest's kernel, as drivers/md/NAME.ko.
void load_module(const std::string& name);
// What btrfs remembers of devices it has seen: the same file system is on several here.
void forget_btrfs_devices();

struct Child {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};
// Runs a program to its end. Returns: its exit status, or -1.
[[nodiscard]] int run(const Child& child);

void write_all(int fd, const void* data, std::size_t size, std::uint64_t offset);
void read_exactly(int fd, void* data, std::size_t size, std::uint64_t offset);

}  // namespace powercut
