// A recording of the counter source in memory, to be damaged and checked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker.hpp"
#include "counter.hpp"

namespace ringproc::tool {

class Recorded final : public RecordingView {
 public:
  Recorded(AudioFormat format, std::uint64_t frames, std::uint64_t seed = kDefaultSeed)
      : seed_(seed), counter_(format, seed), bytes_(frames * format.frame_bytes()) {
    counter_.fill(0, bytes_);
  }

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> read(std::uint64_t offset, std::size_t length) override {
    const std::size_t begin = std::min<std::size_t>(offset, bytes_.size());
    return std::span<const std::byte>(bytes_).subspan(begin,
                                                      std::min(length, bytes_.size() - begin));
  }

  [[nodiscard]] std::span<std::byte> frame(std::uint64_t number) {
    return std::span(bytes_).subspan(number * frame_bytes(), frame_bytes());
  }
  void remove(std::uint64_t first, std::uint64_t count) {
    const auto begin = at(first);
    bytes_.erase(begin, begin + static_cast<std::ptrdiff_t>(count * frame_bytes()));
  }
  void repeat(std::uint64_t first, std::uint64_t count) {
    const std::vector<std::byte> copy(at(first), at(first + count));
    bytes_.insert(at(first + count), copy.begin(), copy.end());
  }
  void swap(std::uint64_t left, std::uint64_t right) {
    std::ranges::swap_ranges(frame(left), frame(right));
  }
  void rotate(std::uint64_t first, std::uint64_t count, std::size_t channels) {
    const auto by = static_cast<std::ptrdiff_t>(channels * sample_bytes(counter_.format().sample));
    for (std::uint64_t i = first; i < first + count; ++i) {
      std::rotate(frame(i).begin(), frame(i).begin() + by, frame(i).end());
    }
  }

  [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }
  [[nodiscard]] std::optional<std::uint64_t> first_frame() {
    return first_frame_of(*this, counter_);
  }
  [[nodiscard]] CheckReport check(std::uint64_t offset = 0) {
    return check_recording(*this, Counter(counter_.format(), seed_, offset));
  }

 private:
  [[nodiscard]] std::size_t frame_bytes() const { return counter_.format().frame_bytes(); }
  [[nodiscard]] std::vector<std::byte>::iterator at(std::uint64_t number) {
    return bytes_.begin() + static_cast<std::ptrdiff_t>(number * frame_bytes());
  }

  std::uint64_t seed_;
  Counter counter_;
  std::vector<std::byte> bytes_;
};

}  // namespace ringproc::tool
