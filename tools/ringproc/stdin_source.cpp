#include <algorithm>

#include "os.hpp"
#include "source.hpp"

namespace ringproc::tool {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

}  // namespace

StdinSource::StdinSource(AudioFormat format)
    : frame_bytes_(format.frame_bytes()), buffer_(kReadBytes) {}

Filled StdinSource::fill(std::uint64_t /*first_frame*/, std::span<std::byte> period) {
  std::size_t filled = 0;
  while (filled < period.size()) {
    if (begin_ == end_) {
      const os::InputResult result = os::read_input(buffer_);
      begin_ = 0;
      end_ = result.bytes;
      if (result.error) error_ = result.error.message();
      if (end_ == 0) {
        const bool cut = filled % frame_bytes_ != 0;
        const SourceState at_end = cut ? SourceState::cut_frame : SourceState::ended;
        return {filled / frame_bytes_, result.error ? SourceState::failed : at_end};
      }
    }
    const std::size_t count = std::min(end_ - begin_, period.size() - filled);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), count,
                period.begin() + static_cast<std::ptrdiff_t>(filled));
    begin_ += count;
    filled += count;
  }
  return {filled / frame_bytes_, SourceState::going_on};
}

}  // namespace ringproc::tool
