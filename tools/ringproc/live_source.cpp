#include "live_source.hpp"

#include <fmt/core.h>

namespace ringproc::tool {

LiveTotals live_totals(const LiveSource& source) {
  // Nobody counts any more.
  const LiveCounts& counts = source.counts();
  return {source.facts().name, counts.xruns.load(std::memory_order_relaxed), source.gaps().frames(),
          source.gaps().ranges(), source.gaps().complete()};
}

std::string live_text(const LiveCounts& counts) {
  // Numbers to show; nothing else depends on them.
  return fmt::format("  xruns {}  skipped {}", counts.xruns.load(std::memory_order_relaxed),
                     counts.gap_frames.load(std::memory_order_relaxed));
}

}  // namespace ringproc::tool
