// What the supervised program does, and what its files must hold then: the program and its judge
// see the same plan. Not for concurrent use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/random.hpp"

namespace sweep {

enum class Kind { open, write, patch, flush, write_flush, read, rename, second_handle, close };

struct Op {
  Kind kind;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
};

inline constexpr std::int64_t kWrongBytes = -99'999'999;  // result of a read that was not right
inline constexpr std::uint32_t kOtherBytes = 5000;        // of the file that is left to exit()
inline constexpr std::uint64_t kOtherOp = 1000;

// Every call of the API, and every way bytes can go: appended, over older ones, by a patch; into
// the ring as it is at first, into one that has to grow, past the page cache, into space that was
// taken ahead; small and flushed often; a rename; a second handle.
inline const std::vector<Op>& writers_plan() {
  static const std::vector<Op> ops = [] {
    std::vector<Op> all{{Kind::open}};
    std::uint64_t end = 0;
    const auto append = [&](std::uint32_t size, Kind kind = Kind::write) {
      all.push_back({kind, end, size});
      end += size;
    };
    append(100);
    all.push_back({Kind::flush});
    append(3000);
    all.push_back({Kind::write, 20, 50});
    all.push_back({Kind::patch, 200, 64});
    append(700, Kind::write_flush);
    append(300, Kind::write_flush);
    all.push_back({Kind::read});
    all.push_back({Kind::rename});
    append(40'000);
    append(5000, Kind::write_flush);
    append(300'000);
    append(1 << 20);
    all.push_back({Kind::flush});
    all.push_back({Kind::second_handle});
    append(70'000);
    all.push_back({Kind::write, 0, 44});
    all.push_back({Kind::read});
    all.push_back({Kind::close});
    return all;
  }();
  return ops;
}

// What is pending when a writer is killed, for the program that recovers it.
inline const std::vector<Op>& dying_writers_plan() {
  static const std::vector<Op> ops{
      {Kind::open},           {Kind::write, 0, 1000},     {Kind::write, 1000, 9000},
      {Kind::write, 10, 100}, {Kind::patch, 5000, 500},   {Kind::write, 10'000, 12'000},
      {Kind::write, 20, 50},  {Kind::write, 22'000, 6000}};
  return ops;
}

// Exit status of a program that has no memory for what is not the library's.
inline constexpr int kNoMemoryOfItsOwn = 126;

inline char byte_of(std::uint64_t op, std::uint64_t offset) {
  const std::uint64_t word = model::mix((op << 40) + offset / 8);
  return static_cast<char>(word >> (offset % 8 * 8));
}

inline std::string bytes_of(std::uint64_t op, std::uint64_t offset, std::uint32_t size) {
  std::string text(size, '\0');
  for (std::uint32_t i = 0; i < size; ++i) text[i] = byte_of(op, offset + i);
  return text;
}

class Model {
 public:
  explicit Model(const std::vector<Op>& plan) : plan_(plan) {}

  void write(std::uint64_t op) {
    const Op& one = plan_[op];
    const std::string data = bytes_of(op, one.offset, one.size);
    if (content_.size() < one.offset + one.size) content_.resize(one.offset + one.size);
    content_.replace(one.offset, one.size, data);
  }
  [[nodiscard]] const std::string& content() const { return content_; }

  // Whether got is the content, maybe with zeros behind it (taken ahead, inside the size).
  [[nodiscard]] bool is(const std::string& got, bool zeros_behind = false) const {
    if (got.size() < content_.size()) return false;
    if (got.size() > content_.size() && !zeros_behind) return false;
    return got.compare(0, content_.size(), content_) == 0 &&
           got.find_first_not_of('\0', content_.size()) == std::string::npos;
  }

  // Whether each byte is one that an operation of the plan has put there, or a zero: what may be
  // left of a file whose failure was told. Zeros at the end may be space taken ahead.
  [[nodiscard]] bool may_be_left(const std::string& got) const {
    std::vector<bool> right(got.size(), false);
    for (std::uint64_t op = 0; op < plan_.size(); ++op) {
      const Op& one = plan_[op];
      const std::uint64_t end = std::min<std::uint64_t>(one.offset + one.size, got.size());
      for (std::uint64_t at = one.offset; at < end; ++at) {
        if (got[at] == byte_of(op, at)) right[at] = true;
      }
    }
    for (std::size_t at = 0; at < got.size(); ++at) {
      if (!right[at] && got[at] != '\0') return false;
    }
    return true;
  }

 private:
  const std::vector<Op>& plan_;
  std::string content_;
};

}  // namespace sweep
