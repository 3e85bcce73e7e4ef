// The application in the buffer itself: mmioGetInfo, mmioSetInfo, mmioAdvance, mmioSetBuffer.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mmio/buffered.hpp"
#include "mmio/handle_table.hpp"
#include "mmio/memory_file.hpp"
#include "ringproc/mmio.h"

namespace ringproc::mmio {
namespace {

bool within(const MMIOINFO& info, const char* pointer) noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(info.pchBuffer);
  const auto at = reinterpret_cast<std::uintptr_t>(pointer);
  return at >= begin && at - begin <= static_cast<std::uintptr_t>(info.cchBuffer);
}

// A copy taken by mmioGetInfo that still describes the buffer as it is.
bool describes(const MMIOINFO& copy, const OpenFile& file) noexcept {
  return copy.pchBuffer == file.info.pchBuffer && copy.cchBuffer == file.info.cchBuffer &&
         (file.capacity() == 0 || copy.lBufOffset == file.info.lBufOffset) &&
         within(copy, copy.pchNext) && within(copy, copy.pchEndRead) &&
         within(copy, copy.pchEndWrite);
}

// Effect: takes over what an application may change in its copy: pchNext, MMIO_DIRTY, and what a
// procedure called directly with the copy has changed. Returns: 0 or MMSYSERR_INVALPARAM, and then
// nothing changed.
UINT take_over(OpenFile& file, const MMIOINFO& copy) noexcept {
  if (!describes(copy, file)) return MMSYSERR_INVALPARAM;
  file.info.lDiskOffset = copy.lDiskOffset;
  std::memcpy(file.info.adwInfo, copy.adwInfo, sizeof copy.adwInfo);  // may be misaligned
  if (file.capacity() == 0) {
    file.info.lBufOffset = copy.lDiskOffset;
    return MMSYSERR_NOERROR;
  }
  file.info.pchNext = copy.pchNext;
  if (file.next() > file.end_read()) file.info.pchEndRead = file.info.pchNext;
  // Where in the buffer the application wrote is not said.
  if (file.buffered() && (copy.dwFlags & MMIO_DIRTY) != 0) file.mark_dirty(0, file.end_read());
  return MMSYSERR_NOERROR;
}

UINT advance(OpenFile& file, UINT direction) {
  if (file.memory) {
    const bool full = file.next() == file.capacity();
    return direction == MMIO_WRITE && full ? memory_expand(file, 1) : UINT{MMSYSERR_NOERROR};
  }
  const UINT error = buffered_empty(file, MMIOM_WRITE);
  return error == MMSYSERR_NOERROR && direction == MMIO_READ ? buffered_fill(file) : error;
}

// The position stays. An unbuffered write sends no SEEK, so the procedure must be there already.
UINT leave_buffer(OpenFile& file, bool stays_buffered) {
  if (!file.buffered()) return MMSYSERR_NOERROR;
  if (const UINT error = buffered_empty(file, MMIOM_WRITE); error != MMSYSERR_NOERROR) return error;
  if (stays_buffered || file.info.lDiskOffset == file.info.lBufOffset) return MMSYSERR_NOERROR;
  return file.send(MMIOM_SEEK, file.info.lBufOffset, SEEK_SET) == -1 ? UINT{MMIOERR_CANNOTSEEK}
                                                                     : UINT{MMSYSERR_NOERROR};
}

UINT set_buffer(OpenFile& file, char* data, LONG size) {
  const bool ours = (file.info.dwFlags & MMIO_ALLOCBUF) != 0 && data == file.info.pchBuffer;
  if (size < 0 || (ours && data != nullptr)) return MMSYSERR_INVALPARAM;
  if (const UINT error = leave_buffer(file, size != 0); error != MMSYSERR_NOERROR) return error;
  if (!file.set_buffer(data, static_cast<std::size_t>(size))) return MMIOERR_OUTOFMEMORY;
  // A buffer given to a memory file is its content; one allocated for it is empty.
  if (file.memory && data != nullptr) file.info.pchEndRead = file.info.pchEndWrite;
  return MMSYSERR_NOERROR;
}

}  // namespace
}  // namespace ringproc::mmio

using ringproc::mmio::OpenFile;
using ringproc::mmio::Pin;

MMRESULT mmioGetInfo(HMMIO hmmio, LPMMIOINFO pmmioinfo, UINT /*fuInfo*/) {
  const Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  if (pmmioinfo == nullptr) return MMSYSERR_INVALPARAM;
  *pmmioinfo = pin.file().info;
  return MMSYSERR_NOERROR;
}

MMRESULT mmioSetInfo(HMMIO hmmio, LPCMMIOINFO pmmioinfo, UINT /*fuInfo*/) {
  const Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  if (pmmioinfo == nullptr) return MMSYSERR_INVALPARAM;
  return ringproc::mmio::take_over(pin.file(), *pmmioinfo);
}

MMRESULT mmioAdvance(HMMIO hmmio, LPMMIOINFO pmmioinfo, UINT fuAdvance) {
  const Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  OpenFile& file = pin.file();
  if (fuAdvance != MMIO_READ && fuAdvance != MMIO_WRITE) return MMSYSERR_INVALPARAM;
  if (file.capacity() == 0) return MMIOERR_UNBUFFERED;
  if (fuAdvance == MMIO_WRITE && !file.writable()) return MMIOERR_CANNOTWRITE;
  if (pmmioinfo != nullptr) {
    const UINT error = ringproc::mmio::take_over(file, *pmmioinfo);
    if (error != MMSYSERR_NOERROR) return error;
  }
  const UINT error = ringproc::mmio::advance(file, fuAdvance);
  if (pmmioinfo != nullptr) *pmmioinfo = file.info;
  return error;
}

MMRESULT mmioSetBuffer(HMMIO hmmio, LPSTR pchBuffer, LONG cchBuffer, UINT /*fuBuffer*/) {
  const Pin pin(hmmio);
  return pin ? ringproc::mmio::set_buffer(pin.file(), pchBuffer, cchBuffer)
             : UINT{MMSYSERR_INVALHANDLE};
}
