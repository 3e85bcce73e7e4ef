// Reading, writing and seeking whatever kind of file it is: memory, buffered or unbuffered. What
// the mmio functions and RIFF are made of. Arguments are checked here. One thread at a time per
// file, except stream_flush() of an unbuffered one, which writes nothing that another thread reads.
#pragma once

#include "mmio/buffered.hpp"
#include "mmio/open_file.hpp"

namespace ringproc::mmio {

// Each returns what the mmio function returns. Unbuffered, exactly one message is sent.
[[nodiscard]] LONG stream_read(OpenFile& file, char* data, LONG count);
[[nodiscard]] LONG stream_write(OpenFile& file, const char* data, LONG count);

[[nodiscard]] SeekResult stream_seek(OpenFile& file, LONG offset, int origin);

// Effect: sends MMIOM_WRITEFLUSH with what is dirty, or with length 0. Returns: 0 or
// MMIOERR_CANNOTWRITE.
[[nodiscard]] UINT stream_flush(OpenFile& file);

}  // namespace ringproc::mmio
