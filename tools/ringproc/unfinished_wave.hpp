// A recording whose recorder was killed: the sizes in its header are still 0. Any thread.
#pragma once

#include <string>

namespace ringproc::tool {

struct HeaderMend {
  bool mended = false;
  std::string text;  // what was done, or why it could not be; empty if there was nothing to do
};

// Effect: if `path` is one of our recordings and was never finished, writes the sizes of what is
// there, cut to whole frames, and makes them durable. With `grown`, when bytes have just been
// recovered into it, also if it was finished before those came. Leaves any other file alone.
[[nodiscard]] HeaderMend finish_wave_header(const std::string& path, bool grown = false);

}  // namespace ringproc::tool
