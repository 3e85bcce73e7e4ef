// A file that accepts, refuses and fails on demand, in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "target.hpp"

namespace ringproc::tool {

// Answers the writes in the order given, then accepts; keeps the bytes it accepted, with zeros
// where it was told to skip.
class ScriptedTarget final : public Target {
 public:
  explicit ScriptedTarget(std::deque<Accept> answers = {})
      : Target(nullptr), answers_(std::move(answers)) {}

  void start_data(std::uint64_t) override {}
  [[nodiscard]] bool patch(std::span<const std::byte>, std::uint64_t) override { return true; }
  [[nodiscard]] Accept write(std::span<const std::byte> data) override {
    ++writes;
    Accept answer = Accept::accepted;
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    if (answer != Accept::accepted) return answer;
    if (bytes.size() < place_ + data.size()) bytes.resize(place_ + data.size());
    std::ranges::copy(data, bytes.begin() + static_cast<std::ptrdiff_t>(place_));
    place_ += data.size();
    return answer;
  }
  [[nodiscard]] bool skip(std::int64_t count) override {
    place_ = static_cast<std::size_t>(static_cast<std::int64_t>(place_) + count);
    return !refuse_skips;
  }
  [[nodiscard]] bool flush() override { return true; }
  [[nodiscard]] TargetMarks marks() override { return told_marks; }
  [[nodiscard]] TargetStats stats() override { return {}; }
  [[nodiscard]] std::optional<TargetFailure> failure() override { return std::nullopt; }

  std::vector<std::byte> bytes;
  bool refuse_skips = false;
  TargetMarks told_marks;
  int writes = 0;

 private:
  std::deque<Accept> answers_;
  std::size_t place_ = 0;
};

}  // namespace ringproc::tool
