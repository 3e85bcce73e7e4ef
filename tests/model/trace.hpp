// The last operations of a random test (RINGPROC_TRACE: all of them, as they happen) and the way it
// ends when the file and the model differ.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace model {

struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& otherwise) {
  if (!holds) throw Mismatch(otherwise);
}

class Trace {
 public:
  // name: a literal. What a and b mean depends on the operation (offset, size).
  void add(const char* name, std::size_t handle, std::int64_t a = 0, std::uint64_t b = 0) {
    last_[step_++ % last_.size()] = {name, handle, a, b};
    if (all_) std::clog << told(step_ - 1);
  }
  [[nodiscard]] std::uint64_t steps() const noexcept { return step_; }

  [[nodiscard]] std::string told() const {
    std::ostringstream out;
    const auto first = step_ > last_.size() ? step_ - last_.size() : 0;
    for (auto step = first; step < step_; ++step) out << told(step);
    return out.str();
  }

 private:
  struct Operation {
    const char* name;
    std::size_t handle;
    std::int64_t a;
    std::uint64_t b;
  };

  [[nodiscard]] std::string told(std::uint64_t step) const {
    std::ostringstream out;
    const auto& one = last_[step % last_.size()];
    out << "  step " << step << ": " << one.name << " handle=" << one.handle << " a=" << one.a
        << " b=" << one.b << "\n";
    return out.str();
  }

  const bool all_ = std::getenv("RINGPROC_TRACE") != nullptr;
  std::array<Operation, 30> last_{};
  std::uint64_t step_ = 0;
};

}  // namespace model
