// What the front end keeps for one open handle. The thread that reads, writes or seeks owns
// everything here, except that on an unbuffered file any thread may send() a message that moves no
// position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "ringproc/mmio.h"

namespace ringproc::mmio {

class ProcedureNode;

// The largest offset that the 32-bit API can tell from an error.
inline constexpr std::uint32_t kMaxOffset = std::numeric_limits<std::uint32_t>::max() - 1;

// A part [begin, end) of the buffer that the file does not have yet.
struct DirtyRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] bool empty() const noexcept { return begin == end; }
  void add(std::size_t from, std::size_t to) noexcept;
};

// Invariants of a buffered file (and, with begin() = offset 0, of a memory file):
//  (1) pchBuffer <= pchNext <= pchEndRead <= pchEndWrite = pchBuffer + cchBuffer;
//  (2) [pchBuffer, pchEndRead) are the file's bytes from lBufOffset on, as the application sees
//  them; (3) MMIO_DIRTY is set exactly if `dirty` is not empty; `dirty` lies within [pchBuffer,
//  pchEndRead).
// Unbuffered: all pointers NULL or equal, lBufOffset is the position.
struct OpenFile {
  MMIOINFO info{};                 // what the procedure gets
  LPMMIOPROC procedure = nullptr;  // constant while open
  ProcedureNode* node = nullptr;   // constant while open; null for a procedure given in pIOProc
  bool memory = false;  // constant while open: the built-in 'MEM ', whose buffer is the file
  DirtyRange dirty;

  // Effect: sends a message; no lock is held. Blocks: as the procedure does.
  LRESULT send(UINT message, LPARAM lparam1, LPARAM lparam2) {
    return procedure(reinterpret_cast<LPSTR>(&info), message, lparam1, lparam2);
  }

  [[nodiscard]] bool buffered() const noexcept { return !memory && info.cchBuffer != 0; }
  [[nodiscard]] bool writable() const noexcept {
    return (info.dwFlags & (MMIO_RWMODE | MMIO_CREATE)) != MMIO_READ;
  }
  [[nodiscard]] std::size_t next() const noexcept {
    return static_cast<std::size_t>(info.pchNext - info.pchBuffer);
  }
  [[nodiscard]] std::size_t end_read() const noexcept {
    return static_cast<std::size_t>(info.pchEndRead - info.pchBuffer);
  }
  [[nodiscard]] std::size_t capacity() const noexcept {
    return static_cast<std::size_t>(info.cchBuffer);
  }
  [[nodiscard]] std::uint32_t begin() const noexcept {
    return static_cast<std::uint32_t>(info.lBufOffset);
  }
  [[nodiscard]] std::uint64_t position() const noexcept { return begin() + std::uint64_t{next()}; }

  // Effect: forgets the buffer's content; the position becomes `offset`.
  void empty_buffer_at(std::uint32_t offset) noexcept;
  void mark_dirty(std::size_t from, std::size_t to) noexcept;
  void mark_clean() noexcept;

  // Effect: makes [data, data + size) the buffer, or allocates size bytes of zeros if data is null
  // and size is not. The old buffer is freed if it was allocated here. Returns: false if there is
  // no memory; then nothing changed.
  [[nodiscard]] bool set_buffer(char* data, std::size_t size) noexcept;
  void free_buffer() noexcept;
};

}  // namespace ringproc::mmio
