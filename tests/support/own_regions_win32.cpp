// Every test program has a place of its own for regions, so that tests that end processes do not
// meddle with each other, nor with programs that run on this machine.
#include <windows.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace {

class OwnRegionsForTests {
 public:
  OwnRegionsForTests() {
    if (std::getenv("RINGPROC_REGIONS"))
      return;  // the caller has chosen, as tests/windows/wine does
    path_ = std::filesystem::temp_directory_path() /
            ("ringproc-test-" + std::to_string(GetCurrentProcessId()));
    if (!std::filesystem::create_directory(path_)) std::abort();
    if (_wputenv_s(L"RINGPROC_REGIONS", path_.c_str()) != 0) std::abort();
  }
  ~OwnRegionsForTests() {
    std::error_code ignored;  // a few empty directories
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  OwnRegionsForTests(const OwnRegionsForTests&) = delete;
  OwnRegionsForTests& operator=(const OwnRegionsForTests&) = delete;

 private:
  std::filesystem::path path_;
};

const OwnRegionsForTests own_regions;

}  // namespace
