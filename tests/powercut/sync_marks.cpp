// Preloaded into a recorder: after each sync of a recording that has returned, a mark in the log of
// writes says how many bytes of samples the header claims. That is what must be there whenever the
// power is cut from then on.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "powercut/device_mapper.hpp"

namespace {

constexpr off_t kDataSize = 4092;  // of a recording's header

int marked(const char* name, int fd) {
  using Sync = int (*)(int);
  const auto sync = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name));
  const int result = sync(fd);
  const char* const device = std::getenv("POWERCUT_MARKS");
  struct stat now {};
  std::uint32_t claimed = 0;
  if (result == 0 && device && ::fstat(fd, &now) == 0 && S_ISREG(now.st_mode) &&
      ::pread(fd, &claimed, sizeof claimed, kDataSize) == ssize_t{sizeof claimed}) {
    powercut::send_message(device, "mark claims-" + std::to_string(claimed) + "-0");
  }
  return result;
}

}  // namespace

extern "C" int fsync(int fd) { return marked("fsync", fd); }
extern "C" int fdatasync(int fd) { return marked("fdatasync", fd); }
