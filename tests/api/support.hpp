// What the API tests share: a directory, opening, and running api_child. POSIX only.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ringproc/ringproc.hpp"

extern char** environ;

namespace api {

using ringproc::File;
using ringproc::Mode;
using ringproc::Options;
using ringproc::Origin;

inline constexpr auto kReadWrite = Mode::read | Mode::write;
inline constexpr auto kCreate = kReadWrite | Mode::create;

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

class Directory {
 public:
  Directory() {
    std::string name = std::filesystem::temp_directory_path().string() + "/ringproc-api-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string on_disk(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::string text(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

inline void put_on_disk(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline File open(const std::string& path, Mode mode, const Options* options = nullptr) {
  std::error_code error;
  auto file = File::open(path, mode, error, options);
  EXPECT_FALSE(error) << path << ": " << error.message();
  return file;
}

// The error of an open that must fail; 0 if it was granted.
inline int open_error(const std::string& path, Mode mode, const Options* options = nullptr) {
  std::error_code error;
  auto file = File::open(path, mode, error, options);
  EXPECT_EQ(static_cast<bool>(file), !error);
  return error.value();
}

// Everything from the start of the file to its end, through `file`.
inline std::string read_all(File& file) {
  std::error_code error;
  file.seek(0, Origin::begin, error);
  std::string text(1 << 20, '\0');
  const auto count = file.read(std::as_writable_bytes(std::span(text)));
  EXPECT_FALSE(error || count.error) << count.error.message();
  text.resize(count.bytes);
  return text;
}

// api_child with these arguments. Its standard input and output are pipes held here.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments, const char* extra_environment = nullptr) {
    arguments.insert(arguments.begin(), API_CHILD);
    std::vector<char*> argv;
    for (auto& one : arguments) argv.push_back(one.data());
    argv.push_back(nullptr);
    std::string extra = extra_environment == nullptr ? "" : extra_environment;
    std::vector<char*> environment;
    if (!extra.empty()) environment.push_back(extra.data());
    for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
    environment.push_back(nullptr);
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe2");
    }
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    const int result =
        ::posix_spawn(&pid_, API_CHILD, &actions, nullptr, argv.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
    if (result != 0) throw std::runtime_error("posix_spawn");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ != 0) status();
    ::close(from_);
  }

  // Waits until the child has something to say.
  void wait_for_a_line() const {
    char one = 0;
    while (::read(from_, &one, 1) == 1 && one != '\n') {
    }
  }

  // Ends its input and waits. Returns: the exit status, or 1000 + the signal.
  int status() {
    ::close(to_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  int to_ = -1;
  int from_ = -1;
};

// Exit status of api_child: 0 if all it checked holds, else it has said what does not.
inline int child(std::vector<std::string> arguments, const char* extra_environment = nullptr) {
  return Child(std::move(arguments), extra_environment).status();
}

}  // namespace api
