// A directory for regions that lives as long as the object, and one for files beside it.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include "region/place.hpp"

namespace ringproc::core {

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& below) : path_(below + "/ringproc-dir-XXXXXX") {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("mkdtemp " + path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct TemporaryPlace {
  TemporaryPlace() : directory(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") {
    std::string problem;
    place = Place::open(directory.file("regions"), Place::Make::yes, problem);
    if (!place) throw std::runtime_error(problem);
  }
  TemporaryDirectory directory;
  std::shared_ptr<Place> place;
};

}  // namespace ringproc::core
