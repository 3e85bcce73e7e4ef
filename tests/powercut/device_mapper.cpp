#include "powercut/device_mapper.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "powercut/guest_calls.hpp"

namespace powercut {
namespace {

// One request: the header, then what belongs to the command.
class Request {
 public:
  explicit Request(const std::string& name) : bytes_(sizeof(dm_ioctl)) {
    dm_ioctl& header = this->header();
    header.version[0] = DM_VERSION_MAJOR;
    name.copy(header.name, sizeof header.name - 1);
    header.data_start = sizeof(dm_ioctl);
  }

  dm_ioctl& header() { return *reinterpret_cast<dm_ioctl*>(bytes_.data()); }

  // Returns: where it begins.
  std::size_t append(const void* data, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + (size + 7) / 8 * 8);
    std::memcpy(bytes_.data() + at, data, size);
    return at;
  }
  template <class T>
  T& at(std::size_t offset) {
    return *reinterpret_cast<T*>(bytes_.data() + offset);
  }
  std::size_t size() const { return bytes_.size(); }

  void send(unsigned long command, const char* what) {
    static const int control = ::open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
    if (control < 0) give_up("/dev/mapper/control");
    header().data_size = static_cast<std::uint32_t>(bytes_.size());
    if (::ioctl(control, command, bytes_.data()) < 0) give_up(what);
  }

 private:
  std::vector<char> bytes_;
};

void load(const std::string& name, const Target* targets, std::size_t count) {
  Request request(name);
  for (std::size_t i = 0; i < count; ++i) {
    dm_target_spec spec{};
    spec.sector_start = targets[i].start;
    spec.length = targets[i].length;
    targets[i].type.copy(spec.target_type, sizeof spec.target_type - 1);
    const std::size_t at = request.append(&spec, sizeof spec);
    request.append(targets[i].parameters.c_str(), targets[i].parameters.size() + 1);
    request.at<dm_target_spec>(at).next = static_cast<std::uint32_t>(request.size() - at);
  }
  request.header().target_count = static_cast<std::uint32_t>(count);
  request.send(DM_TABLE_LOAD, "load a device-mapper table");
}

// With no flag: the loaded table is put in force.
void resume(const std::string& name) {
  Request(name).send(DM_DEV_SUSPEND, "resume a device-mapper device");
}

}  // namespace

std::string make_device(const std::string& name, const Target& target) {
  Request request(name);
  request.send(DM_DEV_CREATE, "create a device-mapper device");
  load(name, &target, 1);
  resume(name);
  return "/dev/dm-" + std::to_string(minor(static_cast<dev_t>(request.header().dev)));
}

void replace_table(const std::string& name, const Target* targets, std::size_t count) {
  load(name, targets, count);
  resume(name);
}

void remove_device(const std::string& name) {
  Request(name).send(DM_DEV_REMOVE, "remove a device-mapper device");
}

void send_message(const std::string& name, const std::string& text) {
  Request request(name);
  dm_target_msg message{};
  std::vector<char> bytes(sizeof message + text.size() + 1);
  std::memcpy(bytes.data() + sizeof message, text.c_str(), text.size() + 1);
  request.append(bytes.data(), bytes.size());
  request.send(DM_TARGET_MSG, "send a device-mapper message");
}

std::uint64_t sectors_of(const std::string& device) {
  const int fd = ::open(device.c_str(), O_RDONLY | O_CLOEXEC);
  std::uint64_t bytes = 0;
  if (fd < 0 || ::ioctl(fd, BLKGETSIZE64, &bytes) < 0) give_up(device.c_str());
  static_cast<void>(::close(fd));
  return bytes / 512;
}

}  // namespace powercut
