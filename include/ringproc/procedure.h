/* The I/O procedure: what an application hands to mmioInstallIOProc or MMIOINFO.pIOProc, and what
 * it can ask for beyond the mmio messages. Needs mmio.h; everything else of ringproc is in
 * ringproc.h (C) and ringproc.hpp (C++).
 *
 * https://learn.microsoft.com/previous-versions/dd743459(v=vs.85) (MMIOPROC) and the MMIOM_* pages;
 * their error value "1" lost a minus sign in print: it is -1. */
#ifndef RINGPROC_PROCEDURE_H
#define RINGPROC_PROCEDURE_H

#include "ringproc/mmio.h"
#include "ringproc/ringproc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The procedure's own four-character code: 'RING'. Installing under 'DOS ' as well substitutes the
 * default. */
#define RINGPROC_FOURCC mmioFOURCC('R', 'I', 'N', 'G')

/* Effect: answers MMIOM_OPEN, CLOSE, READ, WRITE, WRITEFLUSH, SEEK, RENAME and the user messages
 * below; anything else gives 0. Returns and errors: as documented for each message; -1 where a
 * count is returned, an MMIOERR_* code from OPEN, CLOSE and RENAME. MMIOM_WRITE returns when the
 * bytes are copied; MMIOM_WRITEFLUSH when everything accepted so far is on stable storage. A
 * refused or failed write also makes MMIOM_CLOSE fail, because buffered callers do not see write
 * errors. MMIOM_SEEK with SEEK_END subtracts, as the built-in procedure does. Threads: any. Blocks:
 * see ringproc.h for the same operations. Offsets: unsigned 32 bits, to 4 GiB - 2. */
RINGPROC_API LRESULT CALLBACK ringproc_ioproc(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                              LPARAM lparam2) RINGPROC_NOEXCEPT;

/* User messages, for mmioSendMessage from any thread (other procedures answer 0). They read the
 * handle from MMIOINFO, never write to it, and take no lock of the writer's. Return: 1 done, -1
 * failed, 0 not answered by this procedure. */
#define RINGPROC_MSG_FLUSH \
  (MMIOM_USER + 0x5201) /* as ringproc_flush: covers what the procedure has accepted */
#define RINGPROC_MSG_STATS (MMIOM_USER + 0x5202)   /* lParam1: ringproc_stats*, size set */
#define RINGPROC_MSG_FAILURE (MMIOM_USER + 0x5203) /* lParam1: ringproc_failure*, size set */
#define RINGPROC_MSG_OPTIONS                                                   \
  (MMIOM_USER + 0x5204) /* lParam1: const char* as for ringproc_options_parse; \
                           lParam2: NULL or char[256] for the message of an error */
#define RINGPROC_MSG_PLACE \
  (MMIOM_USER + 0x5205) /* as ringproc_place_of; lParam1: char*, lParam2: size */

#ifdef __cplusplus
}
#endif
#endif
