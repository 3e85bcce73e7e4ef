// Maps an error to the MMIOERR_* code that an mmio program understands. Shared by the procedure and
// the built-in 'DOS '.
#pragma once

#include <system_error>

#include "base/error.hpp"
#include "ringproc/mmio.h"

namespace ringproc::core {

// Returns the code that names `error`; `fallback` says what was being done (MMIOERR_CANNOTOPEN,
// ...WRITE, ...).
[[nodiscard]] inline UINT mmio_error(const std::error_code& error, UINT fallback) noexcept {
  if (!error) return MMSYSERR_NOERROR;
  using std::errc;
  if (error == errc::no_such_file_or_directory) return MMIOERR_FILENOTFOUND;
  if (error == errc::not_a_directory) return MMIOERR_PATHNOTFOUND;
  if (error == errc::permission_denied || error == errc::operation_not_permitted ||
      error == errc::read_only_file_system || error == errc::is_a_directory) {
    return MMIOERR_ACCESSDENIED;
  }
  if (error == errc::device_or_resource_busy || error == errc::text_file_busy) {
    return MMIOERR_SHARINGVIOLATION;
  }
  if (error == errc::too_many_files_open || error == errc::too_many_files_open_in_system) {
    return MMIOERR_TOOMANYOPENFILES;
  }
  if (is_disk_full(error) || error == errc::file_too_large) return MMIOERR_CANNOTEXPAND;
  if (error == errc::filename_too_long) return MMIOERR_INVALIDFILE;
  if (error == errc::not_enough_memory) return MMIOERR_OUTOFMEMORY;
  return fallback;
}

}  // namespace ringproc::core
