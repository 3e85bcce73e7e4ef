// Where the writer tells what has happened, in an order that a power cut respects: the console, or
// the log of writes. And what is known from that when the power was cut. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "powercut/promises.hpp"

namespace powercut {

class Marks {
 public:
  // device: the log-writes device; NULL: the console.
  explicit Marks(const char* device) : device_(device ? device : "") {}

  void begins(std::uint64_t seed) const;
  void begins(std::uint64_t seed, std::size_t op) const;
  void returned(std::uint64_t seed, std::size_t op) const;
  void ends(std::uint64_t seed) const;

 private:
  void put(const std::string& text) const;

  const std::string device_;
};

struct Mark {
  enum class What { nothing, begins, op_begins, returned, ends };
  What what = What::nothing;
  std::uint64_t seed = 0;
  std::size_t op = 0;
};
[[nodiscard]] Mark parse_mark(const std::string& text);

}  // namespace powercut
