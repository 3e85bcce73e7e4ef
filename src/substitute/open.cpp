#include "substitute/open.hpp"

#include <algorithm>
#include <cwchar>
#include <new>
#include <string>

#include "substitute/ending.hpp"
#include "substitute/library.hpp"
#include "substitute/log_file.hpp"
#include "substitute/open_files.hpp"
#include "substitute/open_scope.hpp"
#include "substitute/procedure.hpp"
#include "substitute/selection.hpp"
#include "substitute/text.hpp"

namespace ringproc::substitute {
namespace {

constexpr std::size_t kNameRoom = 128;  // what callers of MMIO_GETTEMP must provide

// What mmioOpen would do with it is not opening a file by a procedure.
bool opens_nothing(DWORD flags) {
  return (flags & MMIO_GETTEMP) == 0 && (flags & (MMIO_PARSE | MMIO_EXIST)) != 0;
}

void tell(LPMMIOINFO info, LRESULT error) {
  if (info) info->wErrorRet = static_cast<UINT>(error);
}

// As documented: not handles, but TRUE or FALSE, and 0 or an error.
HMMIO as_handle(LRESULT value) { return reinterpret_cast<HMMIO>(value); }

HMMIO remove(const wchar_t* name, LPMMIOINFO info) {
  const LRESULT error = delete_file(name);
  tell(info, error);
  return as_handle(error == MMSYSERR_NOERROR ? TRUE : FALSE);
}

template <typename Store>
HMMIO name_temporary(std::wstring name, LPMMIOINFO info, Store store) {
  LRESULT error = make_temporary(name);
  if (error == MMSYSERR_NOERROR && !store(name)) error = MMIOERR_FILENOTFOUND;
  tell(info, error);
  return as_handle(error == MMSYSERR_NOERROR ? MMSYSERR_NOERROR : MMIOERR_FILENOTFOUND);
}

// A plain name leads past the list of procedures, but an explicit 'DOS ' finds the newest of that
// code. A program that has installed its own one since must not get the plain opens.
void be_newest() {
  if (winmm().install(FOURCC_DOS, nullptr, MMIO_FINDPROC) == substitute_procedure) return;
  if (!winmm().install(FOURCC_DOS, substitute_procedure, MMIO_INSTALLPROC)) {
    log_file().write("not-substituted: the procedure cannot be installed again");
  }
}

// real(info): winmm's own function. The caller's structure ends as winmm leaves it for a plain
// open.
template <typename Real>
HMMIO open_by_ours(const wchar_t* name, LPMMIOINFO info, Mechanism by, Real real) {
  if (process_is_ending()) return real(info);  // nobody would drain a ring
  be_newest();
  MMIOINFO ours{};
  if (info) ours = *info;
  const FOURCC given = ours.fccIOProc;
  ours.fccIOProc = FOURCC_DOS;
  OpenScope scope(name, by);
  const HMMIO handle = real(&ours);
  if (info) {
    if (ours.fccIOProc == FOURCC_DOS) ours.fccIOProc = given;
    *info = ours;
  }
  if (handle && scope.key != 0) open_files().set_handle(scope.key, handle);
  return handle;
}

template <typename Rename>
MMRESULT guarded_rename(Rename rename) noexcept {
  try {
    return rename();
  } catch (const std::bad_alloc&) {
    return MMIOERR_OUTOFMEMORY;
  }
}

MMRESULT rename_by_ours(const std::wstring& name, const std::wstring& new_name) {
  std::string from = to_utf8(name);
  std::string to = to_utf8(new_name);
  return static_cast<MMRESULT>(library().procedure(nullptr, MMIOM_RENAME,
                                                   reinterpret_cast<LPARAM>(from.data()),
                                                   reinterpret_cast<LPARAM>(to.data())));
}

}  // namespace

HMMIO open_ansi(LPSTR name, LPMMIOINFO info, DWORD flags, Mechanism by) noexcept {
  const auto real = [&](LPMMIOINFO with) { return winmm().open_a(name, with, flags); };
  try {
    if (opens_nothing(flags) || (!name && !info)) return real(info);
    const std::wstring wide = name ? widen(name, CP_ACP) : std::wstring();
    const wchar_t* const given = name ? wide.c_str() : nullptr;
    if (!selects_default(given, info)) return real(info);
    if (name && (flags & MMIO_GETTEMP)) {
      return name_temporary(wide, info, [name](const std::wstring& made) {
        const std::string text = narrow(made, CP_ACP);
        if (text.size() >= kNameRoom) return false;
        std::copy_n(text.c_str(), text.size() + 1, name);
        return true;
      });
    }
    if (name && (flags & MMIO_DELETE)) return remove(given, info);
    return open_by_ours(given, info, by, real);
  } catch (const std::bad_alloc&) {
    tell(info, MMIOERR_OUTOFMEMORY);
    return nullptr;
  }
}

HMMIO open_wide(LPWSTR name, LPMMIOINFO info, DWORD flags, Mechanism by) noexcept {
  const auto real = [&](LPMMIOINFO with) { return winmm().open_w(name, with, flags); };
  try {
    if (opens_nothing(flags) || (!name && !info)) return real(info);
    if (!selects_default(name, info)) return real(info);
    if (name && (flags & MMIO_GETTEMP)) {
      return name_temporary(name, info, [name](const std::wstring& made) {
        if (made.size() >= kNameRoom) return false;
        std::wmemcpy(name, made.c_str(), made.size() + 1);
        return true;
      });
    }
    if (name && (flags & MMIO_DELETE)) return remove(name, info);
    return open_by_ours(name, info, by, real);
  } catch (const std::bad_alloc&) {
    tell(info, MMIOERR_OUTOFMEMORY);
    return nullptr;
  }
}

MMRESULT rename_ansi(LPCSTR name, LPCSTR new_name, LPCMMIOINFO info, DWORD flags) noexcept {
  return guarded_rename([&] {
    if (!name || !new_name) return winmm().rename_a(name, new_name, info, flags);
    const std::wstring from = widen(name, CP_ACP);
    if (!selects_default(from.c_str(), info)) {
      return winmm().rename_a(name, new_name, info, flags);
    }
    return rename_by_ours(from, widen(new_name, CP_ACP));
  });
}

MMRESULT rename_wide(LPCWSTR name, LPCWSTR new_name, LPCMMIOINFO info, DWORD flags) noexcept {
  return guarded_rename([&] {
    if (!name || !new_name || !selects_default(name, info)) {
      return winmm().rename_w(name, new_name, info, flags);
    }
    return rename_by_ours(name, new_name);
  });
}

MMRESULT flush(HMMIO handle, UINT flags) noexcept {
  const MMRESULT result = winmm().flush(handle, flags);
  // Other procedures would take the message for one of their own.
  if (result != MMSYSERR_NOERROR || !open_files().writes(handle)) return result;
  const bool durable = winmm().send_message(handle, RINGPROC_MSG_FLUSH, 0, 0) == 1;
  return durable ? MMRESULT{MMSYSERR_NOERROR} : MMRESULT{MMIOERR_CANNOTWRITE};
}

}  // namespace ringproc::substitute
