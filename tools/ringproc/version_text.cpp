#include "version_text.hpp"

#include <fmt/core.h>

#include <string_view>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "build_facts.hpp"
#include "ringproc/version.h"

namespace ringproc::tool {

std::string version() { return RINGPROC_VERSION; }

std::string build_text() {
  return fmt::format("{}, {} {}", kBuildType, kCompilerName, kCompilerVersion);
}

bool is_debug_build() { return std::string_view(kBuildType) == "Debug"; }

std::string version_text() {
  return fmt::format(
      "ringproc {}\nbuilt with {} {}, {}, for {} {}\nlibraries: CLI11 {}, "
      "nlohmann-json {}.{}.{}, fmt {}.{}.{}",
      version(), kCompilerName, kCompilerVersion, kBuildType, kSystemName, kProcessor,
      CLI11_VERSION, NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
      NLOHMANN_JSON_VERSION_PATCH, FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

}  // namespace ringproc::tool
