// Runs groups, each in a process of its own: the library starts afresh, and whatever happens there,
// its files, mounts and programs are cleaned up here.
#pragma once

#include <memory>
#include <string>

#include "bench/table/group.hpp"

namespace bench {

// An ended run: by a signal.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

class Runner {
 public:
  // Makes a folder in directory for what is written there, and one for the rings' regions. From
  // here on SIGINT, SIGTERM and SIGHUP end the run. Errors: std::runtime_error.
  Runner(const std::string& directory, bool quick);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();  // removes both

  // Measures. Returns: all rows of the group; those that could not be run say why, and failed() is
  // true from then on if that is a fault. Errors: Interrupted.
  [[nodiscard]] std::vector<Row> run(const Group& group);

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool left_out() const { return left_out_; }

 private:
  struct Answer {
    Results results;
    std::string not_here;
    std::string failure;
  };
  [[nodiscard]] std::string obstacle(const Group& group) const;
  [[nodiscard]] Answer measure(const Group& group);
  [[noreturn]] void be_the_child(const Group& group, int answer_to);
  void clear_scratch();

  const std::string directory_;
  const bool quick_;
  std::string scratch_;
  std::string regions_;
  bool failed_ = false;
  bool left_out_ = false;
};

}  // namespace bench
