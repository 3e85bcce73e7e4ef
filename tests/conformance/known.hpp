// What a host's mmio functions, or its built-in procedures, are known to do otherwise than
// documented, by name. A test asks excused<Traits>(name), which prints the name; nothing here
// excuses the ring procedure itself: where it is concerned, it is the host's own buffer that does
// not ask it.
#pragma once

#include <cstdio>

#include "ringproc/mmio.h"

namespace ringproc::test {

enum Known : unsigned {
  kKnownNothing = 0,
  // ---- the mmio functions, whatever the procedure ----
  kSeekOfDeadHandleIsFive = 1u << 0,   // mmioSeek returns MMSYSERR_INVALHANDLE, not -1
  kFlushReachesNoProcedure = 1u << 1,  // mmioFlush never sends WRITEFLUSH: ringproc_mmio_flush does
  kTemporaryNameOpens = 1u << 2,       // MMIO_GETTEMP gives a handle, or NULL, never a code
  kBadCountsReachTheBuffer = 1u << 3,  // a negative count, or NULL, hangs or crashes
  kBufferHidesErrors = 1u << 4,        // read and write errors are not returned
  kBufferLosesWrites = 1u << 5,  // what is written after a read, or before a seek, in one buffer
  kEmptiedBufferStaysInPlace = 1u << 6,  // what follows MMIO_EMPTYBUF overwrites what was before it
  kBufferNotInSeekEnd = 1u << 7,         // SEEK_END does not count what is in the buffer
  kDosSizeIsStale = 1u << 8,             // SEEK_END under 'DOS ' goes by the size at open
  kBufferBeginsAtZero = 1u << 9,         // the position of an adopted handle is not taken over
  kLongNameIsNotFound = 1u << 15,        // CreateFile says so of a name that no file system takes
  // ---- the built-in 'DOS ' ----
  kEveryOpenErrorIsNotFound = 1u << 10,
  kDeletesNothing = 1u << 11,
  kMakesNoTemporaryName = 1u << 12,
  kEndsAtTwoGibibytes = 1u << 13,
  kEmptyWriteTruncates = 1u << 14,
};

}  // namespace ringproc::test

// One per host, of the same name, in portable/ and winmm/.
#include "conformance_host.hpp"

namespace ringproc::test {

template <class Traits>
bool excused(Known known, const char* name) {
  if (((host_known(Traits::kBuffer, Traits::kDos) | Traits::kKnown) & known) == 0) return false;
  std::printf("known: %s\n", name);
  return true;
}

}  // namespace ringproc::test
