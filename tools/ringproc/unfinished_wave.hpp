// A recording whose recorder was killed: its header says less than there is. Any thread.
#pragma once

#include <string>

namespace ringproc::tool {

struct HeaderMend {
  bool mended = false;
  std::string text;  // what was done, or why it could not be; empty if there was nothing to do
};

// Effect: if `path` is one of our recordings and more samples follow than its header says, writes
// the sizes of what is there, cut to whole frames, and makes them durable. Leaves any other file
// alone.
[[nodiscard]] HeaderMend finish_wave_header(const std::string& path);

}  // namespace ringproc::tool
