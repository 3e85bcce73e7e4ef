// Buffered files: the buffer is a window on the file (invariants in open_file.hpp) that is written
// out by SEEK and WRITE. One thread at a time per file. A failure of the procedure, a short write
// included, is reported by the call that met it, and what it could not write stays in the buffer.
#pragma once

#include <cstdint>

#include "mmio/open_file.hpp"

namespace ringproc::mmio {

// Effect: writes out what is dirty with `message`, MMIOM_WRITE or MMIOM_WRITEFLUSH; a clean buffer
// sends nothing for WRITE and a WRITEFLUSH of length 0. Requires: buffered(). Returns: 0 or
// MMIOERR_CANNOTWRITE.
[[nodiscard]] UINT buffered_flush(OpenFile& file, UINT message);

// Effect: flushes, then moves the window to the position, with nothing in it.
[[nodiscard]] UINT buffered_empty(OpenFile& file, UINT message);

// Each returns what the mmio function returns. A write of which a part was handed on before the
// procedure failed gives that part's length; otherwise -1, and the file's content and position are
// as before.
[[nodiscard]] LONG buffered_read(OpenFile& file, char* data, LONG count);
[[nodiscard]] LONG buffered_write(OpenFile& file, const char* data, LONG count);

struct SeekResult {
  UINT error = MMSYSERR_NOERROR;  // MMIOERR_CANNOTSEEK, MMIOERR_CANNOTWRITE
  std::uint32_t position = 0;
};
// Inside the window no message is sent and the dirty bytes stay.
[[nodiscard]] SeekResult buffered_seek(OpenFile& file, LONG offset, int origin);

// Effect: reads the next bytes behind the window's begin, at most a buffer full. Requires: an empty
// window. Returns: 0 or MMIOERR_CANNOTREAD; at the end of the file 0 with an empty window.
[[nodiscard]] UINT buffered_fill(OpenFile& file);

}  // namespace ringproc::mmio
