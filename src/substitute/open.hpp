// What stands in for winmm's mmioOpen, mmioRename and mmioFlush: those that would have used the
// default procedure use ours, all others go to winmm as they are. Any thread of the program; blocks
// as the functions themselves, mmioFlush also on the device.
#pragma once

#include "ringproc/mmio.h"
#include "substitute/patching.hpp"

namespace ringproc::substitute {

HMMIO open_ansi(LPSTR name, LPMMIOINFO info, DWORD flags, Mechanism by) noexcept;
HMMIO open_wide(LPWSTR name, LPMMIOINFO info, DWORD flags, Mechanism by) noexcept;

MMRESULT rename_ansi(LPCSTR name, LPCSTR new_name, LPCMMIOINFO info, DWORD flags) noexcept;
MMRESULT rename_wide(LPCWSTR name, LPCWSTR new_name, LPCMMIOINFO info, DWORD flags) noexcept;

// winmm's own flush, then the procedure's: everything written so far is durable.
MMRESULT flush(HMMIO handle, UINT flags) noexcept;

}  // namespace ringproc::substitute
