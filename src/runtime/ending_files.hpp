// The files with rings, for the last thread of a process that is ending (Windows: when DLLs are
// detached): it may take no lock, because the threads that held one are gone.
#pragma once

namespace ringproc::core {

class File;

class EndingFiles {
 public:
  // Any thread. With more files than there is room for, the rest stays in their regions.
  static void add(File& file) noexcept;
  static void remove(File& file) noexcept;
  // Writes out what is pending and tells what could not be written. Takes no lock
  // that another thread may have held; winpthreads allocates for a mutex that is made anew.
  // Requires: os::process_is_ending().
  static void finish() noexcept;
};

}  // namespace ringproc::core
