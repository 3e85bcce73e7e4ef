#include "unfinished_wave.hpp"

#include <fmt/core.h>

#include "wave_file.hpp"
#include "wave_reader.hpp"

namespace ringproc::tool {

HeaderMend finish_wave_header(const std::string& path) {
  WaveReader reader;
  if (!reader.open(path).empty()) return {};
  const auto facts = reader.read_header();
  if (!facts || !facts->unfinished ||
      facts->data_offset != wave_layout(facts->format).header_bytes) {
    return {};
  }
  const std::uint64_t frames = facts->data_bytes / facts->format.frame_bytes();
  const std::string problem = mend_wave_file(path, facts->format, frames);
  if (!problem.empty()) return {false, "its header could not be finished: " + problem};
  return {true, fmt::format("its header now says {} frames", frames)};
}

}  // namespace ringproc::tool
