#include "measure/floor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "units.hpp"

namespace ringproc::tool::measure {
namespace {

// A sync of a file that has grown writes data and the file system's record of its size, and flushes
// the device: some requests through the system's block layer. The fastest devices there are answer
// one in 5 us and more; where nothing is done at all it takes tens to hundreds of nanoseconds.
constexpr double kFastestSyncNs = 5'000;

constexpr std::array<std::string_view, 3> kMemory = {"tmpfs", "ramfs", "devtmpfs"};
constexpr std::array<std::string_view, 3> kNoSync = {"volatile", "nobarrier", "barrier=0"};

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const std::size_t comma = std::min(options.find(','), options.size());
    if (options.substr(0, comma) == wanted) return true;
    options.remove_prefix(std::min(comma + 1, options.size()));
  }
  return false;
}

}  // namespace

const CaseResult* floor_of(const RunResult& run, FileKind file) {
  for (const CaseResult& one : run.cases) {
    const Case& what = one.measured;
    if (what.procedure == Procedure::raw && what.operation == Operation::flush &&
        what.file == file && what.callers == 1 && what.arrival.kind == Arrival::Kind::closed &&
        one.operations > 0) {
      return &one;
    }
  }
  return nullptr;
}

std::vector<std::string> why_not_durable(const RunResult& run, const std::string& file_system,
                                         const std::string& mount_options) {
  std::vector<std::string> reasons;
  if (const CaseResult* const growing = floor_of(run, FileKind::growing)) {
    const auto sync = static_cast<double>(growing->latency->completion.percentile(50));
    if (sync < kFastestSyncNs) {
      reasons.push_back(
          fmt::format("a sync of the growing file takes {}, and no device is that fast: syncs are "
                      "ignored here (a file system in memory, libeatmydata, or a layer that drops "
                      "them)",
                      duration_text(sync)));
    }
  }
  if (std::ranges::find(kMemory, file_system) != kMemory.end()) {
    reasons.push_back(fmt::format("{} is memory: nothing of it survives a power cut", file_system));
  }
  for (const std::string_view option : kNoSync) {
    if (has_option(mount_options, option)) {
      reasons.push_back(
          fmt::format("the file system is mounted with '{}': its syncs do not flush", option));
    }
  }
  return reasons;
}

}  // namespace ringproc::tool::measure
