// Above the mmio API: installing the procedure, and asking it through a handle of the API's.
#include "ringproc/install.h"

namespace {

// A handle of another procedure's answers 0 to our messages. (winmm gives MMSYSERR_INVALHANDLE for
// a handle that it does not know.)
MMRESULT result_of(LRESULT answer, MMRESULT failure) noexcept {
  if (answer == 1) return MMSYSERR_NOERROR;
  if (answer == 0) return MMSYSERR_NOTSUPPORTED;
  return answer == -1 ? failure : static_cast<MMRESULT>(answer);
}

FOURCC code(FOURCC fourcc) noexcept { return fourcc == 0 ? RINGPROC_FOURCC : fourcc; }

}  // namespace

MMRESULT ringproc_install(FOURCC fourcc) noexcept {
  return mmioInstallIOProcA(code(fourcc), ringproc_ioproc, MMIO_INSTALLPROC) == nullptr
             ? MMSYSERR_ERROR
             : MMSYSERR_NOERROR;
}

MMRESULT ringproc_uninstall(FOURCC fourcc) noexcept {
  return mmioInstallIOProcA(code(fourcc), ringproc_ioproc, MMIO_REMOVEPROC) == nullptr
             ? MMSYSERR_ERROR
             : MMSYSERR_NOERROR;
}

MMRESULT ringproc_mmio_flush(HMMIO hmmio) noexcept {
  if (const MMRESULT error = mmioFlush(hmmio, 0)) return error;
  return ringproc_mmio_flush_accepted(hmmio);
}

MMRESULT ringproc_mmio_flush_accepted(HMMIO hmmio) noexcept {
  return result_of(mmioSendMessage(hmmio, RINGPROC_MSG_FLUSH, 0, 0), MMIOERR_CANNOTWRITE);
}

MMRESULT ringproc_mmio_stats(HMMIO hmmio, ringproc_stats* stats) noexcept {
  if (stats == nullptr) return MMSYSERR_INVALPARAM;
  return result_of(mmioSendMessage(hmmio, RINGPROC_MSG_STATS, reinterpret_cast<LPARAM>(stats), 0),
                   MMSYSERR_INVALPARAM);
}
