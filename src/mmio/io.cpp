// mmioRead, mmioWrite, mmioSeek, mmioFlush, mmioSendMessage. No lock is held while a procedure
// runs.
#include "mmio/handle_table.hpp"
#include "mmio/stream.hpp"
#include "ringproc/mmio.h"

namespace {

using ringproc::mmio::Pin;
using ringproc::mmio::SeekResult;

}  // namespace

LONG mmioRead(HMMIO hmmio, HPSTR pch, LONG cch) {
  const Pin pin(hmmio);
  return pin ? ringproc::mmio::stream_read(pin.file(), pch, cch) : -1;
}

LONG mmioWrite(HMMIO hmmio, const char* pch, LONG cch) {
  const Pin pin(hmmio);
  return pin ? ringproc::mmio::stream_write(pin.file(), pch, cch) : -1;
}

LONG mmioSeek(HMMIO hmmio, LONG lOffset, int iOrigin) {
  const Pin pin(hmmio);
  if (!pin) return -1;
  const SeekResult result = ringproc::mmio::stream_seek(pin.file(), lOffset, iOrigin);
  return result.error == MMSYSERR_NOERROR ? static_cast<LONG>(result.position) : -1;
}

MMRESULT mmioFlush(HMMIO hmmio, UINT fuFlush) {
  const Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  auto& file = pin.file();
  if (file.buffered() && (fuFlush & MMIO_EMPTYBUF) != 0) {
    return ringproc::mmio::buffered_empty(file, MMIOM_WRITEFLUSH);
  }
  return ringproc::mmio::stream_flush(file);
}

LRESULT mmioSendMessage(HMMIO hmmio, UINT uMsg, LPARAM lParam1, LPARAM lParam2) {
  if (uMsg < MMIOM_USER) return MMSYSERR_INVALPARAM;
  const Pin pin(hmmio);
  return pin ? pin.file().send(uMsg, lParam1, lParam2) : MMSYSERR_INVALHANDLE;
}
