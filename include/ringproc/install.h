/* Installing the procedure into the mmio API, and a durable flush in one call. On Windows these are
 * in ringproc.dll and its static library; elsewhere in ringproc_mmio, beside the portable front
 * end.
 */
#ifndef RINGPROC_INSTALL_H
#define RINGPROC_INSTALL_H

#include "ringproc/procedure.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Effect: installs ringproc_ioproc under a four-character code, for the process. fourcc: 0 for
 * RINGPROC_FOURCC; FOURCC_DOS also serves programs that name 'DOS ' explicitly, but under winmm an
 * open of a plain name does not look there (ringproc run does that for unmodified programs).
 * Returns: 0, or MMSYSERR_ERROR if the API refused. Each call needs one ringproc_uninstall.
 * Threads: not beside other calls that install, remove or open (winmm's list is not locked). */
RINGPROC_API MMRESULT ringproc_install(FOURCC fourcc) RINGPROC_NOEXCEPT;
/* Returns: 0; MMSYSERR_ERROR if it was not installed, or files opened through it are still open. */
RINGPROC_API MMRESULT ringproc_uninstall(FOURCC fourcc) RINGPROC_NOEXCEPT;

/* Effect: everything written through the handle is on stable storage: first the API's own buffer is
 * written (mmioFlush), then the procedure flushes. MMIOINFO is not written by the second part.
 * Returns: 0; MMIOERR_CANNOTWRITE if the flush failed, or a write was refused that winmm's buffer
 * reported to nobody (see ringproc_mmio_stats and
 * RINGPROC_MSG_FAILURE for why); MMSYSERR_INVALHANDLE; MMSYSERR_NOTSUPPORTED if the handle is not
 * ringproc's. Threads: the writing thread only, because the API's buffer is not locked. Blocks: on
 * the device, at most the option flush_timeout. */
RINGPROC_API MMRESULT ringproc_mmio_flush(HMMIO hmmio) RINGPROC_NOEXCEPT;
/* The same without the API's buffer: covers what the procedure has accepted. Threads: any. */
RINGPROC_API MMRESULT ringproc_mmio_flush_accepted(HMMIO hmmio) RINGPROC_NOEXCEPT;
/* Effect: stores the statistics of the file behind the handle; stats->size must be set. Returns: 0;
 * MMSYSERR_INVALHANDLE; MMSYSERR_INVALPARAM; MMSYSERR_NOTSUPPORTED. Threads: any. Never blocks. */
RINGPROC_API MMRESULT ringproc_mmio_stats(HMMIO hmmio, ringproc_stats* stats) RINGPROC_NOEXCEPT;

/* As ringproc_ioproc, but the names of MMIOM_OPEN and MMIOM_RENAME are UTF-8. (winmm hands names
 * over in the ANSI code page, whatever the program gave.) Elsewhere than on Windows the two are the
 * same.
 */
RINGPROC_API LRESULT CALLBACK ringproc_ioproc_utf8(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                                   LPARAM lparam2) RINGPROC_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
