// MMIOM_* messages to calls on a handle. Keeps lDiskOffset, and trusts nothing that stands in
// MMIOINFO: applications copy the structure out and back. Nothing below this room knows Windows
// names.
#include "ringproc/procedure.h"

#include <cstring>
#include <span>
#include <string>

#include "api/convert.hpp"
#include "api/guard.hpp"
#include "base/options_text.hpp"
#include "probe/probe.hpp"
#include "procedure/mmio_error.hpp"
#include "procedure/open_message.hpp"
#include "procedure/slots.hpp"
#include "ringproc/install.h"

namespace ringproc::core {
namespace {

constexpr LRESULT kError = -1;
constexpr std::uint64_t kLargestOffset = 0xFFFF'FFFEu;  // 0xFFFFFFFF cannot be told from -1

static_assert(sizeof(MMIOINFO) == (sizeof(void*) == 8 ? 100 : 72));  // packed, as winmm has it

// MMIOINFO is packed: its fields are copied, never referred to.
Slots::Key key_of(const MMIOINFO& info) noexcept { return {info.adwInfo[1], info.adwInfo[2]}; }

void store_position(MMIOINFO& info, Handle& handle) noexcept {
  info.lDiskOffset = static_cast<LONG>(static_cast<DWORD>(handle.tell()));
}

LRESULT on_close(Handle& handle, const Slots::Key& key, LPARAM flags) noexcept {
  if (!slots().retire(key)) return MMSYSERR_INVALHANDLE;
  const std::error_code error = handle.close((flags & MMIO_FHOPEN) != 0);
  const Operation failed = handle.failure().operation;
  const bool written =
      failed == Operation::none && error != Errc::refused && error != Errc::unwritten;
  return static_cast<LRESULT>(
      mmio_error(error, written ? MMIOERR_CANNOTCLOSE : MMIOERR_CANNOTWRITE));
}

LRESULT on_read(MMIOINFO& info, Handle& handle, LPARAM buffer, LPARAM count) noexcept {
  if (count < 0 || (count > 0 && buffer == 0)) return kError;
  const IoResult result =
      handle.read({reinterpret_cast<std::byte*>(buffer), static_cast<std::size_t>(count)});
  store_position(info, handle);
  return result.error ? kError : static_cast<LRESULT>(result.bytes);
}

LRESULT on_write(MMIOINFO& info, Handle& handle, LPARAM buffer, LPARAM count, bool flush) noexcept {
  if (count < 0 || (count > 0 && buffer == 0)) return kError;
  if (flush && count == 0) {
    // From any thread, beside a writer: MMIOINFO is not touched.
    return handle.flush() ? kError : 0;
  }
  const std::span data(reinterpret_cast<const std::byte*>(buffer), static_cast<std::size_t>(count));
  const IoResult result = flush ? handle.write_flush(data) : handle.write(data);
  store_position(info, handle);
  return result.error ? kError : static_cast<LRESULT>(result.bytes);
}

LRESULT on_seek(MMIOINFO& info, Handle& handle, LPARAM offset, LPARAM origin) noexcept {
  bool moved = false;
  switch (origin) {
    case SEEK_SET:
      // A LONG from 2 GiB on arrives as a negative number: its low 32 bits are meant.
      if (std::int64_t{offset} > static_cast<std::int64_t>(kLargestOffset) ||
          std::int64_t{offset} < INT32_MIN) {
        return kError;
      }
      moved = !handle.seek(static_cast<std::int64_t>(static_cast<DWORD>(offset)), Whence::set);
      break;
    case SEEK_CUR:
      moved = !handle.seek(offset, Whence::current);
      break;
    case SEEK_END:
      // As the built-in procedure: so many bytes before the end.
      moved = offset != INTPTR_MIN && !handle.seek(-offset, Whence::end);
      break;
    default:
      return kError;
  }
  if (!moved) return kError;
  store_position(info, handle);
  return static_cast<LRESULT>(handle.tell());
}

LRESULT on_options(Handle& handle, const char* text, char* message) {
  constexpr std::size_t kMessage = 256;
  Options options = handle.options();
  std::string problem = text ? apply_options(text, options) : "no options given";
  if (problem.empty() && handle.set_options(options)) {
    problem = "one of the options cannot change while the file is open";
  }
  if (message) message[problem.copy(message, kMessage - 1)] = '\0';
  return problem.empty() ? 1 : kError;
}

LRESULT tell_place(Handle& handle, char* text, LPARAM size) {
  if (!text || size <= 0) return kError;
  text[handle.place_text().copy(text, static_cast<std::size_t>(size) - 1)] = '\0';
  return 1;
}

LRESULT on_user(const MMIOINFO& info, Handle& handle, UINT message, LPARAM lparam1,
                LPARAM lparam2) {
  switch (message) {
    case RINGPROC_MSG_FLUSH:
      if (probe::mutant(probe::Mutant::store_position_from_flush)) {
        store_position(const_cast<MMIOINFO&>(info), handle);
      }
      // Who writes through winmm's buffer was not told that a write was refused.
      return handle.flush() || (info.cchBuffer != 0 && handle.refused()) ? kError : 1;
    case RINGPROC_MSG_STATS:
      return store_sized(to_c(handle.statistics(), handle.suspect()),
                         reinterpret_cast<ringproc_stats*>(lparam1))
                 ? 1
                 : kError;
    case RINGPROC_MSG_FAILURE:
      return store_sized(to_c(handle.failure()), reinterpret_cast<ringproc_failure*>(lparam1))
                 ? 1
                 : kError;
    case RINGPROC_MSG_OPTIONS:
      return on_options(handle, reinterpret_cast<const char*>(lparam1),
                        reinterpret_cast<char*>(lparam2));
    case RINGPROC_MSG_PLACE:
      return tell_place(handle, reinterpret_cast<char*>(lparam1), lparam2);
    default:
      return 0;
  }
}

// What a message gets that comes before OPEN, after CLOSE, or with a foreign adwInfo.
LRESULT without_handle(UINT message) noexcept {
  switch (message) {
    case MMIOM_READ:
    case MMIOM_WRITE:
    case MMIOM_WRITEFLUSH:
    case MMIOM_SEEK:
    case RINGPROC_MSG_FLUSH:
    case RINGPROC_MSG_STATS:
    case RINGPROC_MSG_FAILURE:
    case RINGPROC_MSG_OPTIONS:
    case RINGPROC_MSG_PLACE:
      return kError;
    case MMIOM_CLOSE:
      return MMSYSERR_INVALHANDLE;
    default:
      return 0;
  }
}

LRESULT dispatch(MMIOINFO* info, UINT message, LPARAM lparam1, LPARAM lparam2, Names names) {
  if (message == MMIOM_RENAME) {
    return on_rename(reinterpret_cast<const char*>(lparam1), reinterpret_cast<const char*>(lparam2),
                     names);
  }
  if (!info) return message == MMIOM_OPEN ? MMSYSERR_INVALPARAM : without_handle(message);
  if (message == MMIOM_OPEN)
    return on_open(*info, reinterpret_cast<char*>(lparam1), names, kLargestOffset);
  const Slots::Key key = key_of(*info);
  const Slots::Pin handle = slots().enter(key);
  if (!handle) return without_handle(message);
  switch (message) {
    case MMIOM_CLOSE:
      return on_close(*handle, key, lparam1);
    case MMIOM_READ:
      return on_read(*info, *handle, lparam1, lparam2);
    case MMIOM_WRITE:
      return on_write(*info, *handle, lparam1, lparam2, false);
    case MMIOM_WRITEFLUSH:
      return on_write(*info, *handle, lparam1, lparam2, true);
    case MMIOM_SEEK:
      return on_seek(*info, *handle, lparam1, lparam2);
    default:
      return on_user(*info, *handle, message, lparam1, lparam2);
  }
}

LRESULT answer(LPSTR mmioinfo, UINT message, LPARAM lparam1, LPARAM lparam2, Names names) noexcept {
  const LRESULT failed = message == MMIOM_OPEN     ? MMIOERR_OUTOFMEMORY
                         : message == MMIOM_CLOSE  ? MMIOERR_CANNOTCLOSE
                         : message == MMIOM_RENAME ? MMIOERR_OUTOFMEMORY
                                                   : LRESULT{-1};
  return guarded(
      [&] {
        return dispatch(reinterpret_cast<MMIOINFO*>(mmioinfo), message, lparam1, lparam2, names);
      },
      failed, failed);
}

}  // namespace

Slots& slots() noexcept {
  static Slots* const leaked = new Slots;  // used by other threads until the process's last moment
  return *leaked;
}

}  // namespace ringproc::core

LRESULT CALLBACK ringproc_ioproc(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                 LPARAM lparam2) noexcept {
  return ringproc::core::answer(mmioinfo, message, lparam1, lparam2,
                                ringproc::core::Names::program);
}

LRESULT CALLBACK ringproc_ioproc_utf8(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                                      LPARAM lparam2) noexcept {
  return ringproc::core::answer(mmioinfo, message, lparam1, lparam2, ringproc::core::Names::utf8);
}
