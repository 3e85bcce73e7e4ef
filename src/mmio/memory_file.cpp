#include "mmio/memory_file.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace ringproc::mmio {
namespace {

constexpr std::size_t kMaxRoom = std::numeric_limits<LONG>::max();

// Bytes between the content's end and the position are zeros, as in a file.
void fill_gap(OpenFile& file) noexcept {
  const std::size_t end = file.end_read();
  if (file.next() > end) std::memset(file.info.pchBuffer + end, 0, file.next() - end);
}

}  // namespace

LRESULT CALLBACK memory_procedure(LPSTR, UINT message, LPARAM, LPARAM) noexcept {
  switch (message) {
    case MMIOM_READ:
    case MMIOM_WRITE:
    case MMIOM_WRITEFLUSH:
    case MMIOM_SEEK:
      return -1;
    case MMIOM_RENAME:
      return MMIOERR_FILENOTFOUND;
    default:
      return 0;
  }
}

LONG memory_read(OpenFile& file, char* data, LONG count) noexcept {
  const std::size_t end = file.end_read();
  const std::size_t available = end > file.next() ? end - file.next() : 0;
  const std::size_t taken = std::min(static_cast<std::size_t>(count), available);
  if (taken == 0) return 0;
  std::memcpy(data, file.info.pchNext, taken);
  file.info.pchNext += taken;
  return static_cast<LONG>(taken);
}

LONG memory_write(OpenFile& file, const char* data, LONG count) noexcept {
  if (!file.writable()) return -1;
  if (count == 0) return 0;
  const auto wanted = static_cast<std::size_t>(count);
  if (wanted > file.capacity() - file.next()) static_cast<void>(memory_expand(file, wanted));
  const std::size_t taken = std::min(wanted, file.capacity() - file.next());
  if (taken == 0) return -1;
  fill_gap(file);
  std::memcpy(file.info.pchNext, data, taken);
  file.info.pchNext += taken;
  if (file.next() > file.end_read()) file.info.pchEndRead = file.info.pchNext;
  return static_cast<LONG>(taken);
}

LONG memory_seek(OpenFile& file, LONG offset, int origin) noexcept {
  std::int64_t target = -1;
  if (origin == SEEK_SET) target = offset;
  if (origin == SEEK_CUR) target = static_cast<std::int64_t>(file.next()) + offset;
  if (origin == SEEK_END) target = static_cast<std::int64_t>(file.end_read()) - offset;
  if (target < 0 || target > static_cast<std::int64_t>(file.capacity())) return -1;
  file.info.pchNext = file.info.pchBuffer == nullptr ? nullptr : file.info.pchBuffer + target;
  return static_cast<LONG>(target);
}

UINT memory_expand(OpenFile& file, std::size_t more) noexcept {
  const std::size_t step = file.info.adwInfo[0];
  if (step == 0) return MMIOERR_CANNOTEXPAND;
  const std::size_t next = file.next();
  const std::size_t content = file.end_read();
  const std::size_t needed = next + more;
  const std::size_t room = std::max(needed, file.capacity() + step);
  if (needed > kMaxRoom) return MMIOERR_CANNOTEXPAND;

  const std::size_t grown = std::min(room, kMaxRoom);
  auto* const bytes = static_cast<char*>(std::calloc(grown, 1));
  if (bytes == nullptr) return MMIOERR_OUTOFMEMORY;
  if (content != 0) std::memcpy(bytes, file.info.pchBuffer, content);
  // The new buffer cannot fail to be taken over: nothing is allocated for it.
  static_cast<void>(file.set_buffer(bytes, grown));
  file.info.dwFlags |= MMIO_ALLOCBUF;
  file.info.pchNext = bytes + next;
  file.info.pchEndRead = bytes + content;
  return MMSYSERR_NOERROR;
}

}  // namespace ringproc::mmio
