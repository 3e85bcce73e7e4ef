// The procedure that the hook installs under 'DOS ': ringproc's own, with the names that the
// program gave, found where the built-in procedure would find them, and a log.
#pragma once

#include <string>

#include "ringproc/mmio.h"

namespace ringproc::substitute {

LRESULT CALLBACK substitute_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                      LPARAM lparam2) noexcept;

// MMIO_DELETE and MMIO_GETTEMP, which open nothing: winmm would make a handle for a procedure that
// is not its own. Returns: 0 or an MMIOERR_* code.
[[nodiscard]] LRESULT delete_file(const std::wstring& name);
[[nodiscard]] LRESULT make_temporary(std::wstring& name);

}  // namespace ringproc::substitute
