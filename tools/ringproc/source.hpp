// Where the samples come from: one period at a time, into the writing thread's buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "counter.hpp"

namespace ringproc::tool {

enum class SourceState { going_on, ended, cut_frame, failed };

struct Filled {
  std::size_t frames = 0;  // whole frames put into the period, also when the source ends
  SourceState state = SourceState::going_on;
};

class Source {
 public:
  virtual ~Source() = default;

  // Fills the period with the frames from first_frame on. Threads: the writing thread. Allocates:
  // nothing.
  [[nodiscard]] virtual Filled fill(std::uint64_t first_frame, std::span<std::byte> period) = 0;

  // Why it failed.
  [[nodiscard]] virtual std::string error() const { return {}; }
};

// Produces whatever frame is asked for. Blocks: never.
class CounterSource final : public Source {
 public:
  CounterSource(AudioFormat format, std::uint64_t seed) : counter_(format, seed) {}

  [[nodiscard]] Filled fill(std::uint64_t first_frame, std::span<std::byte> period) override {
    counter_.fill(first_frame, period);
    return {period.size() / counter_.format().frame_bytes(), SourceState::going_on};
  }

 private:
  Counter counter_;
};

// Raw interleaved samples from standard input. A frame that the input's end cuts is dropped and
// told. Blocks: until a period is full or the input ends or os::stop_input() is called.
class StdinSource final : public Source {
 public:
  explicit StdinSource(AudioFormat format);

  [[nodiscard]] Filled fill(std::uint64_t first_frame, std::span<std::byte> period) override;
  [[nodiscard]] std::string error() const override { return error_; }

 private:
  std::size_t frame_bytes_;
  std::vector<std::byte> buffer_;  // read ahead, so that small periods cost few system calls
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string error_;
};

}  // namespace ringproc::tool
