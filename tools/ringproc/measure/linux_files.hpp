// What Linux says of itself in /proc, /sys and /etc, read below a root that a test can make up.
// Any thread. Missing or strange files are nothing known, never an error.
#pragma once

#include <optional>
#include <string>

namespace ringproc::tool::measure {

// root: what stands before "/proc", "/sys" and "/etc"; empty for the machine's own.
[[nodiscard]] std::optional<std::string> cpu_name(const std::string& root);
[[nodiscard]] std::optional<std::string> distribution_name(const std::string& root);
// Returns: "kvm" and the like; "hypervisor" if there is one that does not say which.
[[nodiscard]] std::optional<std::string> hypervisor(const std::string& root);

struct BlockDevice {
  std::string name;  // "vda", also for a file system on vda1
  std::optional<std::string> model;
  std::optional<std::string> write_cache;
  std::optional<bool> rotational;
  std::optional<std::string> scheduler;
};

// Returns: nothing for a number that no block device has, such as those of btrfs, tmpfs and NFS.
[[nodiscard]] std::optional<BlockDevice> block_device(const std::string& root, unsigned major,
                                                      unsigned minor);

}  // namespace ringproc::tool::measure
