#include "silent_error_output.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace ringproc::tool {

// What fails here leaves the noise where it was.
SilentErrorOutput::SilentErrorOutput() : kept_(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept_ >= 0 && nowhere >= 0) static_cast<void>(dup2(nowhere, STDERR_FILENO));
  if (nowhere >= 0) close(nowhere);
}

SilentErrorOutput::~SilentErrorOutput() {
  if (kept_ < 0) return;
  static_cast<void>(dup2(kept_, STDERR_FILENO));
  close(kept_);
}

}  // namespace ringproc::tool
