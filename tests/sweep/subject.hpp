// The parts of the supervised program. One thread, but for what a scenario starts.
#pragma once

#include <string>
#include <vector>

#include "ringproc/ringproc.h"
#include "sweep/plan.hpp"

namespace sweep {

// Performs a plan on one file and marks each result. Goes on after errors, as programs do.
class Writer {
 public:
  Writer(std::string path, const std::vector<Op>& plan)
      : path_(std::move(path)), plan_(plan), model_(plan) {}

  void run();

 private:
  void tell(std::uint64_t op, std::int64_t result) const;
  std::int64_t perform(std::uint64_t op);
  std::int64_t open();
  std::int64_t write(std::uint64_t op);
  std::int64_t read(ringproc_file* file);
  std::int64_t read_by_second_handle();
  std::int64_t rename();

  std::string path_;
  const std::vector<Op>& plan_;
  Model model_;
  ringproc_file* file_ = nullptr;
  std::uint64_t offset_ = 0;
  bool exact_ = true;  // nothing has failed that leaves the content open
};

// Opens the file, which has a dead region, reads it and marks whether all is there.
void recover(const std::string& path);

// Scenarios of tests that switch a deliberate bug on. Returns: exit status.
int scenario(const std::string& name, const std::string& path);

}  // namespace sweep
