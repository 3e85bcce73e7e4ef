#include "mmio/stream.hpp"

#include "mmio/memory_file.hpp"

namespace ringproc::mmio {
namespace {

// A count no procedure can mean (an error code without its minus sign, for instance) is an error.
LONG checked_count(LRESULT result, LONG count) noexcept {
  return result < 0 || result > count ? -1 : static_cast<LONG>(result);
}

bool plausible(const void* data, LONG count) noexcept {
  return count >= 0 && (data != nullptr || count == 0);
}

LONG unbuffered(OpenFile& file, UINT message, const char* data, LONG count) {
  const LRESULT result = file.send(message, reinterpret_cast<LPARAM>(data), count);
  file.info.lBufOffset = file.info.lDiskOffset;
  return checked_count(result, count);
}

SeekResult unbuffered_seek(OpenFile& file, LONG offset, int origin) {
  const LRESULT result = file.send(MMIOM_SEEK, offset, origin);
  // A procedure may return a 64-bit position or a wrapped LONG; beyond 4 GiB it cannot be told.
  if (result == -1 || result > LRESULT{kMaxOffset}) return {MMIOERR_CANNOTSEEK};
  file.info.lBufOffset = file.info.lDiskOffset;
  return {MMSYSERR_NOERROR, static_cast<std::uint32_t>(result)};
}

}  // namespace

LONG stream_read(OpenFile& file, char* data, LONG count) {
  if (!plausible(data, count)) return -1;
  if (file.memory) return memory_read(file, data, count);
  return file.buffered() ? buffered_read(file, data, count)
                         : unbuffered(file, MMIOM_READ, data, count);
}

LONG stream_write(OpenFile& file, const char* data, LONG count) {
  if (!plausible(data, count)) return -1;
  if (file.memory) return memory_write(file, data, count);
  return file.buffered() ? buffered_write(file, data, count)
                         : unbuffered(file, MMIOM_WRITE, data, count);
}

SeekResult stream_seek(OpenFile& file, LONG offset, int origin) {
  if (file.memory) {
    const LONG position = memory_seek(file, offset, origin);
    if (position < 0) return {MMIOERR_CANNOTSEEK};
    return {MMSYSERR_NOERROR, static_cast<std::uint32_t>(position)};
  }
  return file.buffered() ? buffered_seek(file, offset, origin)
                         : unbuffered_seek(file, offset, origin);
}

UINT stream_flush(OpenFile& file) {
  if (file.memory) return MMSYSERR_NOERROR;
  if (file.buffered()) return buffered_flush(file, MMIOM_WRITEFLUSH);
  return file.send(MMIOM_WRITEFLUSH, 0, 0) < 0 ? UINT{MMIOERR_CANNOTWRITE} : UINT{MMSYSERR_NOERROR};
}

}  // namespace ringproc::mmio
