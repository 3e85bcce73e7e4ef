#include "powercut/replayed.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "powercut/device_mapper.hpp"
#include "powercut/guest_calls.hpp"

namespace powercut {

Replayed::Replayed(const WriteLog& log) : log_(log) {
  disk_ = ::open("/dev/ubdc", O_RDWR | O_CLOEXEC);
  if (disk_ < 0) give_up("/dev/ubdc");
}

Replayed::~Replayed() { static_cast<void>(::close(disk_)); }

Replayed::Left Replayed::cut(std::size_t at, model::Random& random) {
  const std::size_t durable = std::max(done_, log_.durable_before(at));
  log_.apply(disk_, done_, durable);
  if (::fsync(disk_) < 0) give_up("/dev/ubdc");
  done_ = durable;
  Left left;
  left.device =
      make_device("left", {0, sectors_of("/dev/ubdc"), "snapshot", "/dev/ubdc /dev/ubdd N 8"});
  const int device = ::open(left.device.c_str(), O_RDWR | O_CLOEXEC);
  if (device < 0) give_up(left.device.c_str());
  left.lost = log_.apply_some(device, at, random);
  if (::fsync(device) < 0) give_up(left.device.c_str());
  static_cast<void>(::close(device));
  return left;
}

void Replayed::put_back() { remove_device("left"); }

}  // namespace powercut
