// Memory files, the built-in 'MEM ': the buffer is the file, reading and writing send no message.
// [pchBuffer, pchEndRead) is the content, cchBuffer the room. One thread at a time per file.
#pragma once

#include <cstddef>

#include "mmio/open_file.hpp"

namespace ringproc::mmio {

// Answers MMIOM_OPEN and MMIOM_CLOSE; everything else is done above it, so it fails (unknown
// messages give 0).
LRESULT CALLBACK memory_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                  LPARAM lparam2) noexcept;

// Each returns what the mmio function returns.
[[nodiscard]] LONG memory_read(OpenFile& file, char* data, LONG count) noexcept;
// At the end of the room the file grows by adwInfo[0] bytes, or more if the write needs more; if
// that is 0, what fits is written, and -1 if nothing does.
[[nodiscard]] LONG memory_write(OpenFile& file, const char* data, LONG count) noexcept;
// Positions from 0 to the end of the room; others fail.
[[nodiscard]] LONG memory_seek(OpenFile& file, LONG offset, int origin) noexcept;

// Effect: makes room for at least `more` bytes at the position. A buffer of the caller's is copied,
// and from then on the file's own. Returns: 0, MMIOERR_CANNOTEXPAND, MMIOERR_OUTOFMEMORY.
[[nodiscard]] UINT memory_expand(OpenFile& file, std::size_t more) noexcept;

}  // namespace ringproc::mmio
