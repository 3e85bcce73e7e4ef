// The built-in 'DOS ' procedure: plain reads and writes at the descriptor's cursor, nothing kept
// behind. The honest stand-in for Windows' default: what WRITE returns has been handed to the OS,
// not to the device; MMIOM_WRITEFLUSH is the same as MMIOM_WRITE and syncs nothing. Any thread; one
// at a time per file, except for messages of length 0.
#pragma once

#include "ringproc/mmio.h"

namespace ringproc::mmio {

// State in MMIOINFO: adwInfo[0] the descriptor, adwInfo[1] = FOURCC_DOS while open, adwInfo[2]
// unused; the position is the descriptor's, lDiskOffset only shows its low 32 bits.
LRESULT CALLBACK dos_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                               LPARAM lparam2) noexcept;

}  // namespace ringproc::mmio
