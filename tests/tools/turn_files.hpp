// The files of one turn in a directory of their own, what is written to them, and what is in them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench_case.hpp"
#include "measure/turn.hpp"

namespace ringproc::tool::measure {

inline constexpr char kPrepared = '\x11';

// A file's bytes as one letter for each block: p as prepared, w written, ? anything else.
class TurnFiles {
 public:
  explicit TurnFiles(const Case& one, const std::string& directory = quick_directory())
      : directory_(directory), case_(one) {
    const std::size_t count = std::min(one.files, one.callers);
    for (std::size_t i = 0; i < count; ++i) {
      paths_.push_back(directory_.file("file-" + std::to_string(i)));
      if (one.file == FileKind::prepared) {
        std::ofstream(paths_.back()) << std::string(one.file_bytes, kPrepared);
      }
    }
    std::size_t space = memory_.size();
    void* at = memory_.data();
    std::align(4096, one.block_bytes, at, space);
    data_ = {static_cast<std::byte*>(at), one.block_bytes};
    for (std::size_t i = 0; i < data_.size(); ++i) data_[i] = static_cast<std::byte>(i * 7 + 1);
  }

  [[nodiscard]] SubjectRequest request() const { return {case_, paths_, data_, {}}; }
  [[nodiscard]] TurnResult run() { return run_turn(request(), 1, os::Clock::now(), stop); }

  [[nodiscard]] std::string blocks(std::size_t file = 0) const {
    std::ifstream input(paths_[file], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(input), {}};
    const std::string written(reinterpret_cast<const char*>(data_.data()), data_.size());
    std::string letters;
    for (std::size_t i = 0; i < bytes.size(); i += data_.size()) {
      const std::string block = bytes.substr(i, data_.size());
      letters += block == written ? 'w' : block == std::string(data_.size(), kPrepared) ? 'p' : '?';
    }
    return letters;
  }

  [[nodiscard]] const std::string& path() const { return paths_.front(); }
  std::vector<std::string>& paths() { return paths_; }

  std::atomic<bool> stop{false};

 private:
  core::TemporaryDirectory directory_;
  Case case_;
  std::vector<std::string> paths_;
  std::vector<std::byte> memory_ = std::vector<std::byte>(16 * 4096);
  std::span<std::byte> data_;
};

}  // namespace ringproc::tool::measure
