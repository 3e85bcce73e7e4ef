#include "powercut/guest_calls.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace powercut {

void give_up(const char* what) {
  say(std::string("BROKEN ") + what + ": " + std::strerror(errno));
  std::exit(3);
}

void say(const std::string& line) {
  const std::string all = line + "\n";
  for (std::size_t done = 0; done < all.size();) {
    const ssize_t n = ::write(STDOUT_FILENO, all.data() + done, all.size() - done);
    if (n < 0 && errno != EINTR && errno != EAGAIN) std::exit(3);
    if (n > 0) done += static_cast<std::size_t>(n);
  }
}

bool mount_disk(const std::string& device, const std::string& type, const std::string& directory,
                std::string& why) {
  if (type == "btrfs") forget_btrfs_devices();
  if (::mount(device.c_str(), directory.c_str(), type.c_str(), 0, nullptr) == 0) return true;
  why = std::strerror(errno);
  return false;
}

void unmount_disk(const std::string& directory) {
  if (::umount(directory.c_str()) < 0) give_up("umount");
}

void load_module(const std::string& name) {
  utsname kernel{};
  static_cast<void>(::uname(&kernel));
  const std::string path =
      std::string("/usr/lib/uml/modules/") + kernel.release + "/kernel/drivers/md/" + name + ".ko";
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) give_up(path.c_str());
  if (::syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST) give_up(path.c_str());
  static_cast<void>(::close(fd));
}

void forget_btrfs_devices() {
  const int fd = ::open("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
  btrfs_ioctl_vol_args all{};
  if (fd < 0 || ::ioctl(fd, BTRFS_IOC_FORGET_DEV, &all) < 0) give_up("btrfs-control");
  static_cast<void>(::close(fd));
}

int run(const Child& child) {
  const auto pointers = [](const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
  };
  const std::vector<char*> arguments = pointers(child.arguments);
  const std::vector<char*> environment = pointers(child.environment);
  const pid_t pid = ::fork();
  if (pid < 0) give_up("fork");
  if (pid == 0) {
    ::execve(arguments[0], arguments.data(), environment.data());
    give_up(arguments[0]);
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void write_all(int fd, const void* data, std::size_t size, std::uint64_t offset) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::pwrite(fd, static_cast<const char*>(data) + done, size - done,
                               static_cast<off_t>(offset + done));
    if (n <= 0) give_up("write a device");
    done += static_cast<std::size_t>(n);
  }
}

void read_exactly(int fd, void* data, std::size_t size, std::uint64_t offset) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::pread(fd, static_cast<char*>(data) + done, size - done,
                              static_cast<off_t>(offset + done));
    if (n <= 0) give_up("read a device");
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace powercut
