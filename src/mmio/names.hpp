// File names: qualifying, testing, temporary ones, and the error that explains a failed name. Any
// thread. No search along PATH or in the program's directory, ever.
#pragma once

#include <cstddef>

#include "ringproc/mmio.h"

namespace ringproc::mmio {

// What mmioOpen's caller must offer in szFilename when a name is handed back.
inline constexpr std::size_t kNameBuffer = 128;

// Effect: MMIO_PARSE: replaces the name by its absolute form, cleaned of "." and ".." without
// looking at the disk. With must_exist (MMIO_EXIST) only if there is a file of that name. Requires:
// kNameBuffer bytes, or as many as the name needs already. Returns: 0 or an MMIOERR code, and then
// the name is unchanged.
[[nodiscard]] UINT qualify_name(char* name, bool must_exist) noexcept;

// Effect: MMIO_GETTEMP: creates an empty file with a new name in the directory of `name` (or where
// temporary files live), beginning with up to three characters of its last part; the name goes back
// into the buffer of kNameBuffer bytes. Returns: 0 or an MMIOERR code, and then the name is
// unchanged.
[[nodiscard]] UINT make_temporary_name(char* name) noexcept;

// Effect: MMIO_DELETE. Returns: 0 or an MMIOERR code.
[[nodiscard]] UINT delete_file(const char* name) noexcept;

// Effect: renames, refusing to replace an existing file. Returns: 0 or an MMIOERR code.
[[nodiscard]] UINT rename_file(const char* name, const char* new_name) noexcept;

// Returns: the MMIOERR code for a call on `name` that failed with `error`; tells a missing parent
// from a missing file.
[[nodiscard]] UINT name_error(const char* name, int error, UINT fallback) noexcept;

}  // namespace ringproc::mmio
