#include "live_source.hpp"

#include <fmt/core.h>

namespace ringproc::tool {

LiveTotals live_totals(const LiveSource& source) {
  // Nobody counts any more.
  const LiveCounts& counts = source.counts();
  return {source.facts().name,       counts.xruns.load(std::memory_order_relaxed),
          source.facts().tells_gaps, source.gaps().frames(),
          source.gaps().ranges(),    source.gaps().complete()};
}

std::string live_text(const LiveSource& source) {
  // Numbers to show; nothing else depends on them.
  const LiveCounts& counts = source.counts();
  std::string text = fmt::format("  xruns {}", counts.xruns.load(std::memory_order_relaxed));
  if (source.facts().tells_gaps) {
    text += fmt::format("  skipped {}", counts.gap_frames.load(std::memory_order_relaxed));
  }
  return text;
}

}  // namespace ringproc::tool
