// Ring memory: a span addressed by growing offsets. Knows no indices, no threads, no files.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ringproc::core {

// A stretch of a ring: at most two parts, the second empty unless the stretch wraps.
struct RingParts {
  std::array<std::span<std::byte>, 2> part;
};

class Ring {
 public:
  explicit Ring(std::span<std::byte> memory) noexcept : memory_(memory) {}

  [[nodiscard]] std::size_t size() const noexcept { return memory_.size(); }

  // Requires: n <= size().
  [[nodiscard]] RingParts parts(std::uint64_t offset, std::size_t n) const noexcept {
    const auto at = static_cast<std::size_t>(offset % memory_.size());
    const std::size_t first = std::min(n, memory_.size() - at);
    return {{memory_.subspan(at, first), memory_.first(n - first)}};
  }

  void copy_in(std::uint64_t offset, std::span<const std::byte> data) const noexcept {
    const auto [part] = parts(offset, data.size());
    std::memcpy(part[0].data(), data.data(), part[0].size());
    if (!part[1].empty()) {
      std::memcpy(part[1].data(), data.data() + part[0].size(), part[1].size());
    }
  }

  void copy_out(std::uint64_t offset, std::span<std::byte> to) const noexcept {
    const auto [part] = parts(offset, to.size());
    std::memcpy(to.data(), part[0].data(), part[0].size());
    if (!part[1].empty()) {
      std::memcpy(to.data() + part[0].size(), part[1].data(), part[1].size());
    }
  }

 private:
  std::span<std::byte> memory_;
};

}  // namespace ringproc::core
