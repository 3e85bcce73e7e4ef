// Random access to the sample bytes of a recording, for verify.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ringproc::tool {

class RecordingView {
 public:
  virtual ~RecordingView() = default;

  // Bytes of samples there are.
  [[nodiscard]] virtual std::uint64_t size() const = 0;

  // The bytes from offset on: `length` of them, or fewer at the end or after a read error.
  // Returns: a view that is valid until the next call.
  [[nodiscard]] virtual std::span<const std::byte> read(std::uint64_t offset,
                                                        std::size_t length) = 0;
};

}  // namespace ringproc::tool
