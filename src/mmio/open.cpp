// mmioOpen, mmioClose, mmioRename: from a name to a procedure and back. Any thread; no lock is held
// while a procedure runs.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "mmio/buffered.hpp"
#include "mmio/handle_table.hpp"
#include "mmio/memory_file.hpp"
#include "mmio/names.hpp"
#include "mmio/procedure_list.hpp"
#include "ringproc/mmio.h"

namespace ringproc::mmio {
namespace {

struct OpenResult {
  HMMIO handle = nullptr;
  UINT error = MMSYSERR_NOERROR;  // for wErrorRet
};

// The flags that ask about a name instead of opening a file answer with a number.
HMMIO as_handle(UINT number) {
  return reinterpret_cast<HMMIO>(std::uintptr_t{number});  // NOLINT(performance-no-int-to-ptr)
}

// OPEN, CLOSE and RENAME answer with a code; what is none becomes `fallback`.
UINT as_code(LRESULT result, UINT fallback) {
  const bool is_code = result >= 0 && result <= LRESULT{std::numeric_limits<std::int32_t>::max()};
  return is_code ? static_cast<UINT>(result) : fallback;
}

LPARAM as_lparam(const char* text) { return reinterpret_cast<LPARAM>(text); }

// Effect: gives the procedure what it may know at OPEN and RENAME.
void describe(MMIOINFO& info, const ProcedureUse& use, const MMIOINFO* given, DWORD flags) {
  info.dwFlags = flags & ~DWORD{MMIO_DIRTY | MMIO_ALLOCBUF};
  info.fccIOProc = use.code();
  info.pIOProc = use.procedure();
  if (given == nullptr) return;
  info.htask = given->htask;
  std::memcpy(info.adwInfo, given->adwInfo, sizeof info.adwInfo);  // may be misaligned
}

// MMIO_DELETE and MMIO_GETTEMP: the procedure acts on the name and opens nothing.
UINT ask_procedure(const ProcedureUse& use, char* name, const MMIOINFO* given, DWORD flags) {
  if (name == nullptr) return MMIOERR_FILENOTFOUND;
  OpenFile nothing;
  nothing.procedure = use.procedure();
  describe(nothing.info, use, given, flags);
  return as_code(nothing.send(MMIOM_OPEN, as_lparam(name), 0), MMIOERR_CANNOTOPEN);
}

UINT prepare_buffer(OpenFile& file, const MMIOINFO* given, DWORD flags) {
  char* const data = given == nullptr ? nullptr : given->pchBuffer;
  LONG size = given == nullptr ? 0 : given->cchBuffer;
  if (size < 0) return MMSYSERR_INVALPARAM;
  if (size == 0 && data == nullptr && (flags & MMIO_ALLOCBUF) != 0) size = MMIO_DEFAULTBUFFER;
  if (!file.set_buffer(data, static_cast<std::size_t>(size))) return MMIOERR_OUTOFMEMORY;
  // A memory file's buffer is its content, unless it is to be a new one.
  if (file.memory && (flags & MMIO_CREATE) == 0) file.info.pchEndRead = file.info.pchEndWrite;
  return MMSYSERR_NOERROR;
}

// winmm asks a 'DOS ' procedure where it is and where its end is; the answer is in lDiskOffset.
void ask_position(OpenFile& file) {
  if (file.send(MMIOM_SEEK, 0, SEEK_CUR) == -1) return;
  const LONG position = file.info.lDiskOffset;
  if (file.send(MMIOM_SEEK, 0, SEEK_END) == -1) return;
  static_cast<void>(file.send(MMIOM_SEEK, position, SEEK_SET));
}

UINT open_slot(HandleTable::Slot& slot, ProcedureUse use, char* name, const MMIOINFO* given,
               DWORD flags) {
  OpenFile& file = slot.file;
  file.procedure = use.procedure();
  file.memory = use.procedure() == memory_procedure;
  describe(file.info, use, given, flags);
  file.info.hmmio = HandleTable::handle_of(slot);
  if (const UINT error = prepare_buffer(file, given, flags); error != MMSYSERR_NOERROR) {
    return error;
  }
  const UINT error = as_code(file.send(MMIOM_OPEN, as_lparam(name), 0), MMIOERR_CANNOTOPEN);
  if (error != MMSYSERR_NOERROR) {
    file.free_buffer();
    return error;
  }
  if (!file.memory && use.code() == FOURCC_DOS) ask_position(file);
  if (!file.memory) file.info.lBufOffset = file.info.lDiskOffset;
  file.node = use.release();
  return MMSYSERR_NOERROR;
}

OpenResult open_file(ProcedureUse use, char* name, const MMIOINFO* given, DWORD flags) {
  if ((flags & MMIO_RWMODE) == MMIO_RWMODE) return {nullptr, MMSYSERR_INVALFLAG};
  HandleTable::Slot* const slot = handles().reserve();
  if (slot == nullptr) return {nullptr, MMIOERR_TOOMANYOPENFILES};
  const UINT error = open_slot(*slot, std::move(use), name, given, flags);
  if (error != MMSYSERR_NOERROR) {
    handles().free(*slot);
    return {nullptr, error};
  }
  const HMMIO handle = HandleTable::handle_of(*slot);
  HandleTable::publish(*slot);
  return {handle, MMSYSERR_NOERROR};
}

// PARSE and EXIST are answered here, never by a procedure.
OpenResult qualify(char* name, bool must_exist) {
  const UINT error = name == nullptr ? UINT{MMIOERR_FILENOTFOUND} : qualify_name(name, must_exist);
  return {as_handle(error == MMSYSERR_NOERROR ? TRUE : FALSE), error};
}

OpenResult open(char* name, const MMIOINFO* given, DWORD flags) {
  const bool temporary = (flags & MMIO_GETTEMP) != 0;  // overrides all other flags
  if (!temporary && (flags & (MMIO_PARSE | MMIO_EXIST)) != 0) {
    return qualify(name, (flags & MMIO_EXIST) != 0);
  }
  if (name == nullptr && given == nullptr) return {nullptr, MMSYSERR_INVALPARAM};
  ProcedureUse use = choose_procedure(name, given);
  if (!use) return {nullptr, MMIOERR_INVALIDFILE};
  if (temporary) {
    const UINT error = ask_procedure(use, name, given, flags);
    return {as_handle(error == MMSYSERR_NOERROR ? MMSYSERR_NOERROR : MMIOERR_FILENOTFOUND), error};
  }
  if ((flags & MMIO_DELETE) != 0) {
    const UINT error = ask_procedure(use, name, given, flags);
    return {as_handle(error == MMSYSERR_NOERROR ? TRUE : FALSE), error};
  }
  return open_file(std::move(use), name, given, flags);
}

// Requires: begin_close() and wait_for_callers() are done, so nobody else looks at the file.
UINT close(OpenFile& file, UINT flags) {
  const UINT flushed = file.buffered() ? buffered_flush(file, MMIOM_WRITE) : MMSYSERR_NOERROR;
  const UINT closed =
      as_code(file.send(MMIOM_CLOSE, static_cast<LPARAM>(flags), 0), MMIOERR_CANNOTCLOSE);
  const ProcedureUse last_use(std::exchange(file.node, nullptr));
  file.free_buffer();
  // The procedure knows better what went wrong (a full disk, for instance).
  return closed != MMSYSERR_NOERROR ? closed : flushed;
}

}  // namespace
}  // namespace ringproc::mmio

HMMIO mmioOpenA(LPSTR pszFileName, LPMMIOINFO pmmioinfo, DWORD fdwOpen) {
  const auto result = ringproc::mmio::open(pszFileName, pmmioinfo, fdwOpen);
  if (pmmioinfo != nullptr) pmmioinfo->wErrorRet = result.error;
  return result.handle;
}

MMRESULT mmioClose(HMMIO hmmio, UINT fuClose) {
  using ringproc::mmio::HandleTable;
  const ringproc::mmio::Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  // Closing a file from within its own procedure would wait for itself.
  if (pin.nested()) return MMIOERR_CANNOTCLOSE;
  if (!HandleTable::begin_close(pin.slot())) return MMSYSERR_INVALHANDLE;
  HandleTable::wait_for_callers(pin.slot());
  const UINT error = ringproc::mmio::close(pin.file(), fuClose);
  ringproc::mmio::handles().free(pin.slot());
  return error;
}

MMRESULT mmioRenameA(LPCSTR pszFileName, LPCSTR pszNewFileName, LPCMMIOINFO pmmioinfo,
                     DWORD fdwRename) {
  if (pszFileName == nullptr || pszNewFileName == nullptr) return MMSYSERR_INVALPARAM;
  const auto use = ringproc::mmio::choose_procedure(pszFileName, pmmioinfo);
  if (!use) return MMIOERR_INVALIDFILE;
  ringproc::mmio::OpenFile nothing;
  nothing.procedure = use.procedure();
  ringproc::mmio::describe(nothing.info, use, pmmioinfo, fdwRename);
  const LRESULT result = nothing.send(MMIOM_RENAME, ringproc::mmio::as_lparam(pszFileName),
                                      ringproc::mmio::as_lparam(pszNewFileName));
  return ringproc::mmio::as_code(result, MMIOERR_FILENOTFOUND);
}
