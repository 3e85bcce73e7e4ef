// A name for a file of one test, unique among processes and threads; the file is removed at the
// end.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace ringproc::test {

class TempFile {
 public:
  explicit TempFile(std::string_view suffix = ".dat") {
    static std::atomic<unsigned> counter{0};
    static const unsigned process = std::random_device{}();
    path_ = testing::TempDir() + "ringproc-" + std::to_string(process) + "-" +
            std::to_string(counter.fetch_add(1)) + std::string(suffix);
  }
  ~TempFile() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // mmioOpen takes a char*, as it may write a name back.
  [[nodiscard]] char* name() { return path_.data(); }

  void put(std::string_view bytes) const {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), std::ssize(bytes));
  }
  [[nodiscard]] std::string get() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

// Removes a file whose name the code under test has chosen.
class Removal {
 public:
  explicit Removal(std::string path) : path_(std::move(path)) {}
  ~Removal() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;

 private:
  std::string path_;
};

}  // namespace ringproc::test
