// Channels side by side, as sound servers hand them over, into frames of a sample format. Any
// thread, a sound server's callback too: no allocation, no system call.
#pragma once

#include <cstddef>
#include <span>

#include "sample_format.hpp"

namespace ringproc::tool {

// Effect: writes `frames` frames, taken from each channel's samples from `first` on. Integers are
// rounded to nearest, samples beyond [-1, 1) are clipped, what is not a number becomes 0; f32 is
// kept bit by bit.
// Requires: out holds frames * channels.size() samples.
void interleave(SampleFormat format, std::span<const float* const> channels, std::size_t first,
                std::size_t frames, std::byte* out);

}  // namespace ringproc::tool
