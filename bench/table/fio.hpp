// fio, the peer and the load.
#pragma once

#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/table/row.hpp"

namespace bench {

// Errors: NotHere where its engine cannot work, as in some containers.
inline void require_io_uring() {
  io_uring_params parameters{};
  const long fd = ::syscall(SYS_io_uring_setup, 8, &parameters);
  if (fd < 0) throw NotHere("io_uring is not allowed here");
  ::close(static_cast<int>(fd));
}

}  // namespace bench
