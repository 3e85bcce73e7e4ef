// A file with a region that a killed process left. The process is a fork of the test, which has no
// threads yet.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recover/recover.hpp"
#include "ringproc/ringproc.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::core {

// Runs body in a child that then kills itself. Returns its process id.
inline std::uint32_t in_killed_child(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child could not do what it should";
  return static_cast<std::uint32_t>(child);
}

inline std::string on_disk(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void put_on_disk(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// The pending bytes of every test here: "durable" is in the file, "pending" in the ring.
class DeadOwner : public testing::Test {
 protected:
  static constexpr const char* kDurable = "durable";
  static constexpr const char* kComplete = "durablepending";

  DeadOwner() : directory_("/tmp"), path_(directory_.file("take.wav")) {
    ::setenv("RINGPROC_REGIONS", regions_.path().c_str(), 1);
  }

  // In the child: a file of the process, its bytes pending for an hour.
  static ringproc::File open(const std::string& path, Mode mode = Mode::read | Mode::create) {
    Options options;
    options.survive = Survive::on;
    options.recover = Recover::off;
    options.age = std::chrono::hours(1);
    options.ring_bytes = 64 * 1024;
    std::error_code error;
    auto file = ringproc::File::open(path, mode, error, &options);
    if (error) std::abort();
    return file;
  }
  // For a child that is killed: nothing may close it before.
  static ringproc::File& never_closed(const std::string& path) {
    return *new ringproc::File(open(path));
  }
  static void write(ringproc::File& file, std::string_view text) {
    if (file.write(std::as_bytes(std::span(text))).bytes != text.size()) std::abort();
  }

  // Leaves kDurable in the file and "pending" in the ring.
  void leave_region() {
    process_ = in_killed_child([&] {
      auto& file = never_closed(path_);
      write(file, kDurable);
      if (file.flush()) std::abort();
      write(file, "pending");
    });
    ASSERT_EQ(on_disk(path_), kDurable);
    ASSERT_EQ(names().size(), 1u);
  }

  std::shared_ptr<Place> place() {
    std::string problem;
    auto place = Place::open(Place::default_directory(), Place::Make::no, problem);
    EXPECT_EQ(problem, "");
    return place;
  }
  std::vector<std::string> names() {
    return place() ? place()->list() : std::vector<std::string>();
  }
  RecoverOutcome recover(const RecoverRequest& request = {}) {
    return recover_region(*place(), names().at(0), request);
  }
  [[nodiscard]] std::string kept_path() const {
    return path_ + ".ringproc-" + std::to_string(process_);
  }

  // The bytes are beside the file, at their offsets, and nobody has to care for the region any
  // more.
  void expect_kept(const RecoverOutcome& outcome) {
    EXPECT_EQ(outcome.result, RecoverResult::kept) << text_of(outcome);
    EXPECT_EQ(outcome.kept, kept_path());
    EXPECT_EQ(outcome.bytes, 7u);
    EXPECT_FALSE(is_complete(outcome));
    EXPECT_NE(text_of(outcome).find(path_), std::string::npos);
    EXPECT_NE(text_of(outcome).find(kept_path()), std::string::npos);
    EXPECT_EQ(on_disk(kept_path()), std::string(7, '\0') + "pending");
    EXPECT_TRUE(names().empty());
  }

  TemporaryDirectory regions_{"/dev/shm"};
  TemporaryDirectory directory_;
  const std::string path_;
  std::uint32_t process_ = 0;
};

}  // namespace ringproc::core
