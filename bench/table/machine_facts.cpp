#include "bench/table/machine_facts.hpp"

#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

#include <fstream>
#include <thread>

#include "machine.hpp"
#include "ringproc/version.h"

namespace bench {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string kernel() {
  utsname name{};
  ::uname(&name);
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string now_utc() {
  const time_t now = ::time(nullptr);
  tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  ::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

double load() {
  double one = 0;
  return ::getloadavg(&one, 1) == 1 ? one : 0;
}

}  // namespace

nlohmann::json machine_facts(const std::string& directory) {
  struct sysinfo memory {};
  ::sysinfo(&memory);
  return {{"machine", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_bytes", memory.totalram * memory.mem_unit},
          {"kernel", kernel()},
          {"file_system", file_system(directory)},
          {"date", now_utc()},
          {"load_at_start", load()},
          {"version", RINGPROC_VERSION}};
}

std::uint64_t free_bytes(const std::string& directory) {
  struct statvfs room {};
  if (::statvfs(directory.c_str(), &room) != 0) return 0;
  return static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
}

std::string file_system(const std::string& directory) {
  return ringproc::tool::file_system_of(directory);
}

}  // namespace bench
