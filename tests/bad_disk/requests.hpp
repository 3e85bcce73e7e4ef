// What the kernel asks of the file system, each request passing through the faults first.
#pragma once

#define FUSE_USE_VERSION 312
#include <fuse.h>

#include "bad_disk/faults.hpp"
#include "bad_disk/names.hpp"

namespace bad_disk {

struct Disk {
  Faults faults;
  Names names;
  std::string backing_directory;
};

// To be given to fuse_new() with a Disk as its private data. libfuse's threads run them.
[[nodiscard]] fuse_operations requests();

}  // namespace bad_disk
