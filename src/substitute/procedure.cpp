#include "substitute/procedure.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>

#include "substitute/ending.hpp"
#include "substitute/file_search.hpp"
#include "substitute/library.hpp"
#include "substitute/log_file.hpp"
#include "substitute/open_files.hpp"
#include "substitute/open_scope.hpp"
#include "substitute/text.hpp"

namespace ringproc::substitute {
namespace {

constexpr std::size_t kNameRoom = 128;  // what callers of MMIO_GETTEMP must provide

LRESULT forward(MMIOINFO& info, UINT message, LPARAM lparam1, LPARAM lparam2) noexcept {
  return library().procedure(reinterpret_cast<LPSTR>(&info), message, lparam1, lparam2);
}

LRESULT open_named(MMIOINFO& info, const std::wstring& path) {
  std::string name = to_utf8(path);
  return forward(info, MMIOM_OPEN, reinterpret_cast<LPARAM>(name.data()), 0);
}

// MMIO_DELETE and MMIO_GETTEMP of a module that calls past us.
LRESULT name_message(MMIOINFO& info, char* name) {
  if (!name) return MMIOERR_FILENOTFOUND;
  std::wstring wide = widen(name, CP_ACP);
  if (!(info.dwFlags & MMIO_GETTEMP)) return delete_file(wide);
  const LRESULT result = make_temporary(wide);
  const std::string made = narrow(wide, CP_ACP);
  if (result == MMSYSERR_NOERROR && made.size() < kNameRoom) {
    std::copy_n(made.c_str(), made.size() + 1, name);
  }
  return result;
}

bool is_for_writing(const MMIOINFO& info) noexcept {
  return (info.dwFlags & (MMIO_CREATE | MMIO_RWMODE)) != MMIO_READ;
}

void tell_failed_open(const MMIOINFO& info, const std::wstring& path, LRESULT result) {
  if (!is_for_writing(info)) return;  // programs look around
  log_file().write("not-opened error=" + std::to_string(result) + " file=\"" + to_utf8(path) + '"');
}

LRESULT on_open(MMIOINFO& info, char* given) {
  if (info.dwFlags & (MMIO_GETTEMP | MMIO_DELETE)) return name_message(info, given);
  OpenScope* const scope = OpenScope::claim();
  std::wstring path;
  if (scope && scope->name) path = scope->name;
  if (!scope && given) path = widen(given, CP_ACP);
  if (!path.empty()) path = (info.dwFlags & MMIO_CREATE) ? full_path(path) : find_file(path);
  const LRESULT result = path.empty() ? forward(info, MMIOM_OPEN, 0, 0) : open_named(info, path);
  if (result != MMSYSERR_NOERROR) {
    tell_failed_open(info, path, result);
    return result;
  }
  auto file = std::make_unique<CaughtFile>();
  file->key = key_of(info);
  file->name = path.empty() ? "(a handle of the program's)" : to_utf8(path);
  file->mechanism = scope ? scope->mechanism : Mechanism::other;
  file->writes = is_for_writing(info);
  if (scope) scope->key = file->key;
  if (open_files().add(std::move(file))) return result;
  static_cast<void>(forward(info, MMIOM_CLOSE, 0, 0));  // nothing was written
  return MMIOERR_TOOMANYOPENFILES;
}

std::string error_of(const ringproc_failure& failure) {
  if (failure.code == 0) return "none";
  return '"' + std::string(library().error_text(failure.code)) + '"';
}

// The first error; one that only closing met has no number but its MMIOERR_*.
std::string error_of(const ringproc_failure& failure, LRESULT closed) {
  if (failure.code == 0 && closed != MMSYSERR_NOERROR) return "at-close";
  return error_of(failure);
}

LRESULT on_close(MMIOINFO& info, LPARAM flags) {
  if (process_is_ending()) return forward(info, MMIOM_CLOSE, flags, 0);
  ringproc_stats stats{};
  stats.size = sizeof(stats);
  ringproc_failure failure{};
  failure.size = sizeof(failure);
  const bool known =
      forward(info, RINGPROC_MSG_STATS, reinterpret_cast<LPARAM>(&stats), 0) == 1 &&
      forward(info, RINGPROC_MSG_FAILURE, reinterpret_cast<LPARAM>(&failure), 0) == 1;
  const auto file = open_files().take(key_of(info));
  const LRESULT result = forward(info, MMIOM_CLOSE, flags, 0);
  if (!file) return result;
  std::string line = std::string("closed by=") + text_of(file->mechanism);
  if (known) {
    line += " writes=" + std::to_string(stats.writes) + " bytes=" + std::to_string(stats.accepted) +
            " size=" + std::to_string(stats.logical_size) +
            " flushes=" + std::to_string(stats.flushes) +
            " high_water=" + std::to_string(stats.ring_high_water_bytes) +
            " error=" + error_of(failure, result);
  }
  line += " close=" + std::to_string(result) + " file=\"" + file->name + '"';
  log_file().write(line);
  return result;
}

// A LONG below 0 means an offset from 2 GiB on, if the file reaches so far; winmm sends such when a
// file grows past 2 GiB. Else it is the mistake that it is for the built-in procedure: hosts find a
// position before the end of a file by the size that it had when it was opened.
bool is_mistake(MMIOINFO& info, LPARAM offset, LPARAM origin) noexcept {
  if (origin != SEEK_SET || offset >= 0) return false;
  ringproc_stats stats{};
  stats.size = sizeof(stats);
  return forward(info, RINGPROC_MSG_STATS, reinterpret_cast<LPARAM>(&stats), 0) != 1 ||
         static_cast<DWORD>(offset) > stats.logical_size;
}

LRESULT on_rename(const char* from, const char* to) {
  if (!from || !to) return MMSYSERR_INVALPARAM;
  std::string old_name = to_utf8(widen(from, CP_ACP));
  std::string new_name = to_utf8(widen(to, CP_ACP));
  return library().procedure(nullptr, MMIOM_RENAME, reinterpret_cast<LPARAM>(old_name.data()),
                             reinterpret_cast<LPARAM>(new_name.data()));
}

}  // namespace

LRESULT delete_file(const std::wstring& name) {
  MMIOINFO info{};
  info.dwFlags = MMIO_DELETE;
  return open_named(info, full_path(name));
}

LRESULT make_temporary(std::wstring& name) {
  std::array<char, kNameRoom> text{};
  const std::string given = to_utf8(name);
  if (given.size() >= text.size()) return MMIOERR_FILENOTFOUND;
  std::copy(given.begin(), given.end(), text.begin());
  MMIOINFO info{};
  info.dwFlags = MMIO_GETTEMP;
  const LRESULT result = forward(info, MMIOM_OPEN, reinterpret_cast<LPARAM>(text.data()), 0);
  if (result == MMSYSERR_NOERROR) name = widen(text.data(), CP_UTF8);
  return result;
}

LRESULT CALLBACK substitute_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                      LPARAM lparam2) noexcept {
  try {
    auto* const info = reinterpret_cast<MMIOINFO*>(mmioinfo);
    if (message == MMIOM_RENAME) {
      return on_rename(reinterpret_cast<const char*>(lparam1),
                       reinterpret_cast<const char*>(lparam2));
    }
    if (info && message == MMIOM_OPEN) return on_open(*info, reinterpret_cast<char*>(lparam1));
    if (info && message == MMIOM_CLOSE) return on_close(*info, lparam1);
    if (info && message == MMIOM_SEEK && is_mistake(*info, lparam1, lparam2)) return -1;
    return library().procedure(mmioinfo, message, lparam1, lparam2);
  } catch (const std::bad_alloc&) {
    return message == MMIOM_CLOSE ? MMIOERR_CANNOTCLOSE : MMIOERR_OUTOFMEMORY;
  }
}

}  // namespace ringproc::substitute
