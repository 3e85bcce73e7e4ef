// The operations of a scenario, derived from a seed: the writer performs them, the parent applies
// them to a string. Both see the same sequence. Not for concurrent use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/random.hpp"

namespace crash {

enum class Kind { write, patch, flush, write_flush, cut, rename };

struct Op {
  Kind kind = Kind::write;
  unsigned handle = 0;
  bool seek = false;         // to offset, before a write
  std::uint64_t offset = 0;  // of a write (also without seek) or a patch
  std::uint32_t size = 0;
};

inline constexpr std::uint64_t kWrapBytes = std::uint64_t{32} << 20;
inline constexpr std::uint32_t kLargeOp = 300'000;
inline constexpr std::uint32_t kLargestOp = 20 << 20;  // more than a ring of 16 MiB
inline constexpr std::uint32_t kHeaderBytes = 64;      // scenario threads: the second thread's part
inline constexpr std::uint32_t kPatchLimit = 4096;

class Script {
 public:
  Script(std::string_view scenario, std::uint64_t seed)
      : scenario_(scenario), random_(model::mix(seed)) {}

  // The next operation. From the last on (scripts that end) it repeats a flush.
  Op next() {
    Op op = draw();
    if (op.kind == Kind::write || op.kind == Kind::write_flush) {
      if (op.seek) offset_[op.handle] = op.offset;
      if (!op.seek && offset_[op.handle] >= kWrapBytes) {
        op.seek = true;
        offset_[op.handle] = scenario_ == "threads" ? kHeaderBytes : 0;
      }
      op.offset = offset_[op.handle];
      offset_[op.handle] += op.size;
    }
    if (op.kind == Kind::cut) {
      end_ = 0;
      offset_[1] = 0;
    } else {
      end_ = std::max(end_, op.offset + op.size);
    }
    ++index_;
    return op;
  }

 private:
  Op draw() {
    if (scenario_ == "append") return append(20'000);
    if (scenario_ == "overlapping") return overlapping(300 << 10, 8000, 5);
    // Far apart: what is written to a wrong place is not overwritten soon.
    if (scenario_ == "overtaken") return overlapping(32 << 20, 8000, 5);
    if (scenario_ == "patches") return random_.one_in(3) ? patch() : append(20'000);
    if (scenario_ == "two_handles") return alternating();
    if (scenario_ == "full_ring") return crowded();
    if (scenario_ == "growing_ring") return bursts();
    if (scenario_ == "larger_than_any_ring") return {.size = kLargestOp};
    if (scenario_ == "threads") return after_header();
    if (scenario_ == "flushed") return flushed();
    if (scenario_ == "small") return append(400);
    if (scenario_ == "pieces") return pieces();
    if (scenario_ == "script") return scripted();
    return {Kind::flush};
  }

  std::uint32_t up_to(std::uint32_t limit) {
    return random_.one_in(4) ? static_cast<std::uint32_t>(random_.log_uniform(limit))
                             : 1 + static_cast<std::uint32_t>(random_.below(limit));
  }
  Op append(std::uint32_t limit) { return {.size = up_to(limit)}; }
  Op overlapping(std::uint64_t range, std::uint32_t limit, std::uint64_t straight_one_in) {
    return {.seek = !random_.one_in(straight_one_in),
            .offset = random_.below(range),
            .size = up_to(limit)};
  }
  Op patch(std::uint32_t limit = kPatchLimit) {
    return {Kind::patch, 0, false, random_.below(end_ + 1), up_to(limit)};
  }
  Op alternating() {
    Op op{.handle = static_cast<unsigned>(index_ & 1), .size = up_to(8000)};
    op.seek = index_ == 1 || random_.one_in(6);
    op.offset = random_.below(std::uint64_t{1} << 20);
    return op;
  }
  Op crowded() {
    if (random_.one_in(8)) return patch();
    Op op = append(20'000);
    op.seek = random_.one_in(10);
    op.offset = random_.below(end_ + 1);
    return op;
  }
  Op bursts() {
    if (burst_ >= 0) {
      Op op = append(random_.one_in(25) ? kLargeOp : 30'000);
      burst_ -= op.size;
      return op;
    }
    burst_ = static_cast<std::int64_t>((1 + random_.below(6)) << 20);
    return {Kind::flush};
  }
  Op after_header() { return index_ == 0 ? Op{.size = kHeaderBytes} : append(20'000); }
  Op flushed() {
    Op op = append(20'000);
    op.kind = Kind::write_flush;
    return op;
  }
  Op pieces() { return index_ % 24 == 23 ? patch(200) : overlapping(64 << 10, 1500, 3); }
  Op scripted();

  std::string scenario_;
  model::Random random_;
  std::uint64_t index_ = 0;
  std::uint64_t offset_[2] = {0, 0};
  std::uint64_t end_ = 0;
  std::int64_t burst_ = 2 << 20;
};

// Some dozens of operations that visit everything a region can go through, for the kill points:
// appends, jumps, early wraps (large beside small), growth beyond the first 32 KiB, patches, a
// flush, a rename, a cut, two handles.
inline const std::vector<Op>& script_ops() {
  static const std::vector<Op> ops = [] {
    std::vector<Op> all;
    const auto append = [&](std::uint32_t size, int times, unsigned handle = 0) {
      for (int i = 0; i < times; ++i) all.push_back({.handle = handle, .size = size});
    };
    const auto jump = [&](std::uint64_t offset, std::uint32_t size, unsigned handle = 0) {
      all.push_back({.handle = handle, .seek = true, .offset = offset, .size = size});
    };
    const auto patch = [&](std::uint64_t offset, std::uint32_t size) {
      all.push_back({Kind::patch, 0, false, offset, size});
    };
    append(1, 1);
    append(700, 3);
    jump(300, 500);
    jump(5000, 4097);
    patch(2, 10);
    append(30'000, 2);
    append(9'000, 4);
    patch(1000, 4096);
    all.push_back({Kind::flush});
    jump(10, 20'000, 1);
    append(12'000, 3, 1);
    append(100, 3);
    append(11'000, 2);
    all.push_back({Kind::rename});
    append(2000, 2);
    patch(8, 8);
    all.push_back({Kind::cut});
    append(3000, 2, 1);
    jump(1500, 3000);
    append(25'000, 2, 1);
    patch(0, 64);
    jump(0, 44);
    append(1, 2);
    return all;
  }();
  return ops;
}

inline Op Script::scripted() {
  const auto& all = script_ops();
  return index_ < all.size() ? all[index_] : Op{Kind::flush};
}

// The bytes of operation i: they differ from those of any other operation nearly everywhere.
class Bytes {
 public:
  explicit Bytes(std::uint64_t seed) : seed_(seed), pool_(std::size_t{512} << 10, '\0') {
    model::Random random(seed ^ 0xb7e5);
    for (std::size_t at = 0; at < pool_.size(); at += 8) {
      const auto word = random.next();
      std::memcpy(&pool_[at], &word, 8);
    }
  }
  // Valid until the next call.
  std::string_view of(std::uint64_t i, std::uint32_t size) {
    const auto most = std::min<std::size_t>(size, pool_.size() - 4096);
    const auto at = model::mix(seed_ + i) % (pool_.size() - most);
    data_.assign(pool_, at, most);
    while (data_.size() < size) {
      data_.append(pool_, 0, std::min(pool_.size() - 1, size - data_.size()));
    }
    std::memcpy(data_.data(), &i, std::min<std::size_t>(size, sizeof i));
    return data_;
  }

 private:
  std::uint64_t seed_;
  std::string pool_;
  std::string data_;
};

// A file in memory after the first so many operations.
class Model {
 public:
  Model(std::string_view scenario, std::uint64_t seed) : script_(scenario, seed), bytes_(seed) {}

  // Effect: applies operations until count are.
  void advance(std::uint64_t count) {
    for (; count_ < count; ++count_) apply(script_.next());
  }
  [[nodiscard]] const std::string& content() const { return content_; }
  [[nodiscard]] std::uint64_t accepted_bytes() const { return accepted_bytes_; }

 private:
  void apply(const Op& op) {
    if (op.kind == Kind::cut) content_.clear();
    if (op.size == 0) return;
    const auto end = op.offset + op.size;
    if (content_.size() < end) content_.resize(end);
    const auto data = bytes_.of(count_, op.size);
    std::copy(data.begin(), data.end(), content_.begin() + static_cast<std::ptrdiff_t>(op.offset));
    accepted_bytes_ += op.size;
  }

  Script script_;
  Bytes bytes_;
  std::string content_;
  std::uint64_t count_ = 0;
  std::uint64_t accepted_bytes_ = 0;
};

// Scenario threads: what the second thread's patch number j puts into the first kHeaderBytes.
inline std::string header_of(std::uint64_t j) {
  std::string text(kHeaderBytes, '\0');
  for (std::size_t at = 0; at < text.size(); at += sizeof j) std::memcpy(&text[at], &j, sizeof j);
  return text;
}

}  // namespace crash
