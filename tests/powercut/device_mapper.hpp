// The kernel's device mapper by its ioctls, for the guest: there is no udev, and the program
// dmsetup would take longer than what happens between two flushes. One thread. Failures end the
// program with a message: without the device there is nothing to test.
#pragma once

#include <cstdint>
#include <string>

namespace powercut {

struct Target {
  std::uint64_t start = 0;  // in sectors of 512 bytes, as everything here
  std::uint64_t length = 0;
  std::string type;
  std::string parameters;
};

// Returns: the path of the new device. Its table is one target.
std::string make_device(const std::string& name, const Target& target);
// Replaces a device's table while it is in use.
void replace_table(const std::string& name, const Target* targets, std::size_t count);
void remove_device(const std::string& name);
void send_message(const std::string& name, const std::string& text);
[[nodiscard]] std::uint64_t sectors_of(const std::string& device);

}  // namespace powercut
