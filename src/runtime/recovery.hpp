// When the library finishes dead regions by itself: at its first open in a process (all of the
// user's, in a thread of its own) and before an open of the file in question. Any thread.
#pragma once

#include <mutex>
#include <string>

#include "recover/recover.hpp"
#include "ringproc/options.hpp"
#include "runtime/table.hpp"

namespace ringproc::core {

class AutoRecovery {
 public:
  // The user's place; made on first demand for an open that writes. Without one, why.
  [[nodiscard]] RegionPlace place(bool make);

  // Starts the thread if there is anything to look at and it has not been started yet.
  void start();
  // cut: the open will empty the file, so what a dead region holds is kept beside it. Returns: an
  // error if another process is recovering that file and does not come to an end (Errc::sharing).
  // Blocks: on the file's device, if there is a dead region.
  [[nodiscard]] std::error_code before_open(const FileId& id, bool cut);

 private:
  std::mutex m_;
  RegionPlace place_;     // guarded by m_
  bool started_ = false;  // guarded by m_
  std::once_flag told_no_place_;
};

}  // namespace ringproc::core
