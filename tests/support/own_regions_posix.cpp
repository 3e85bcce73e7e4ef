// Every test program has a place of its own for regions, so that tests that kill processes do not
// meddle with each other, nor with programs that run on this machine.
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace {

class OwnRegionsForTests {
 public:
  OwnRegionsForTests() {
    if (::getenv("RINGPROC_REGIONS")) return;  // the caller has chosen
    const bool memory = ::access("/dev/shm", W_OK) == 0;
    path_ = std::string(memory ? "/dev/shm" : "/tmp") + "/ringproc-test-XXXXXX";
    if (!::mkdtemp(path_.data())) std::abort();
    ::setenv("RINGPROC_REGIONS", path_.c_str(), 1);
    owner_ = ::getpid();
  }
  ~OwnRegionsForTests() {
    std::error_code ignored;  // a few empty directories in memory
    if (owner_ == ::getpid()) std::filesystem::remove_all(path_, ignored);
  }
  OwnRegionsForTests(const OwnRegionsForTests&) = delete;
  OwnRegionsForTests& operator=(const OwnRegionsForTests&) = delete;

 private:
  std::string path_;
  pid_t owner_ = 0;
};

const OwnRegionsForTests own_regions;

}  // namespace
