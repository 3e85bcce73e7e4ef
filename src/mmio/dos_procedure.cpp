#include "mmio/dos_procedure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "backend/posix_share.hpp"
#include "mmio/names.hpp"
#include "mmio/open_file.hpp"
#include "procedure/mmio_error.hpp"

namespace ringproc::mmio {
namespace {

constexpr LRESULT kFailed = -1;
constexpr DWORD kOpenMark = FOURCC_DOS;
constexpr mode_t kNewFileMode = 0666;  // less the process's umask

// Messages carry pointers as numbers.
char* as_pointer(LPARAM value) {
  return reinterpret_cast<char*>(value);  // NOLINT(performance-no-int-to-ptr)
}

int descriptor(const MMIOINFO& info) { return static_cast<int>(info.adwInfo[0]); }
bool is_open(const MMIOINFO& info) { return info.adwInfo[1] == kOpenMark; }
bool creates(const MMIOINFO& info) { return (info.dwFlags & MMIO_CREATE) != 0; }

bool may_read(const MMIOINFO& info) {
  return creates(info) || (info.dwFlags & MMIO_RWMODE) != MMIO_WRITE;
}
bool may_write(const MMIOINFO& info) {
  return creates(info) || (info.dwFlags & MMIO_RWMODE) != MMIO_READ;
}

UINT code_of(int error, UINT fallback) {
  return core::mmio_error({error, std::generic_category()}, fallback);
}

core::ShareMode share_mode(const MMIOINFO& info) {
  const DWORD share = info.dwFlags & MMIO_SHAREMODE;
  return {.read = may_read(info),
          .write = may_write(info),
          .deny_read = share == MMIO_EXCLUSIVE || share == MMIO_DENYREAD,
          .deny_write = share == MMIO_EXCLUSIVE || share == MMIO_DENYWRITE};
}

// ---- open and close ----

UINT check_regular(int fd) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return code_of(errno, MMIOERR_CANNOTOPEN);
  if (S_ISDIR(status.st_mode)) return MMIOERR_ACCESSDENIED;
  return S_ISREG(status.st_mode) ? UINT{MMSYSERR_NOERROR} : UINT{MMIOERR_INVALIDFILE};
}

// Returns a descriptor, or -errno. Not blocking, so that a FIFO is opened and refused, not waited
// for.
int open_descriptor(const char* name, const MMIOINFO& info) {
  constexpr int kAlways = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  // Not O_TRUNC: the file may turn out to be denied to us.
  const int create = creates(info) ? O_CREAT : 0;
  const int access = may_write(info) ? O_RDWR : O_RDONLY;
  int fd = ::open(name, kAlways | create | access, kNewFileMode);
  // Locks need a readable descriptor, so writing alone is only the second choice.
  if (fd < 0 && errno == EACCES && !may_read(info)) fd = ::open(name, kAlways | O_WRONLY);
  return fd < 0 ? -errno : fd;
}

UINT share(int fd, const MMIOINFO& info) {
  const core::ShareResult result = core::acquire_share(fd, share_mode(info));
  return core::mmio_error(result.error, MMIOERR_SHARINGVIOLATION);
}

UINT prepare(int fd, const MMIOINFO& info) {
  if (const UINT error = check_regular(fd); error != MMSYSERR_NOERROR) return error;
  if (const UINT error = share(fd, info); error != MMSYSERR_NOERROR) return error;
  if (creates(info) && ::ftruncate(fd, 0) != 0) return code_of(errno, MMIOERR_CANNOTOPEN);
  return MMSYSERR_NOERROR;
}

UINT open_name(MMIOINFO& info, const char* name) {
  const int fd = open_descriptor(name, info);
  if (fd < 0) return name_error(name, -fd, MMIOERR_CANNOTOPEN);
  if (const UINT error = prepare(fd, info); error != MMSYSERR_NOERROR) {
    static_cast<void>(::close(fd));  // nothing was written
    return error;
  }
  info.adwInfo[0] = static_cast<DWORD>(fd);
  return MMSYSERR_NOERROR;
}

// A descriptor of the caller's, with the position it has.
UINT adopt(MMIOINFO& info) {
  const int fd = descriptor(info);
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return MMIOERR_CANNOTOPEN;
  if (const UINT error = check_regular(fd); error != MMSYSERR_NOERROR) return error;
  const int access = flags & O_ACCMODE;
  if ((may_read(info) && access == O_WRONLY) || (may_write(info) && access == O_RDONLY)) {
    return MMIOERR_ACCESSDENIED;
  }
  // Appending would move writes behind the caller's back.
  if (may_write(info) && (flags & O_APPEND) != 0) return MMIOERR_CANNOTOPEN;
  const off_t position = ::lseek(fd, 0, SEEK_CUR);
  if (position < 0 || position > off_t{kMaxOffset}) return MMIOERR_INVALIDFILE;
  if (const UINT error = share(fd, info); error != MMSYSERR_NOERROR) return error;
  info.lDiskOffset = static_cast<LONG>(position);
  return MMSYSERR_NOERROR;
}

UINT open(MMIOINFO& info, char* name) {
  const bool names_file = name != nullptr;
  if ((info.dwFlags & (MMIO_GETTEMP | MMIO_DELETE)) != 0 && !names_file)
    return MMIOERR_FILENOTFOUND;
  if ((info.dwFlags & MMIO_GETTEMP) != 0) return make_temporary_name(name);
  if ((info.dwFlags & MMIO_DELETE) != 0) return delete_file(name);
  if ((info.dwFlags & MMIO_RWMODE) == MMIO_RWMODE) return MMIOERR_CANNOTOPEN;
  const UINT error = names_file ? open_name(info, name) : adopt(info);
  if (error == MMSYSERR_NOERROR) info.adwInfo[1] = kOpenMark;
  return error;
}

UINT close(MMIOINFO& info, LPARAM flags) {
  if (!is_open(info)) return MMIOERR_CANNOTCLOSE;
  const int fd = descriptor(info);
  info.adwInfo[0] = static_cast<DWORD>(-1);
  info.adwInfo[1] = 0;
  if ((flags & MMIO_FHOPEN) != 0) {
    core::release_share(fd);
    return MMSYSERR_NOERROR;
  }
  // EINTR: Linux has closed it.
  if (::close(fd) == 0 || errno == EINTR) return MMSYSERR_NOERROR;
  return code_of(errno, MMIOERR_CANNOTCLOSE);
}

// ---- reading, writing, seeking ----

void move_offset(MMIOINFO& info, LRESULT count) {
  info.lDiskOffset = static_cast<LONG>(static_cast<std::uint32_t>(info.lDiskOffset) +
                                       static_cast<std::uint32_t>(count));
}

LRESULT read(MMIOINFO& info, char* data, LPARAM count) {
  if (!is_open(info) || !may_read(info) || count < 0 || (data == nullptr && count != 0)) {
    return kFailed;
  }
  LPARAM done = 0;
  while (done < count) {
    const ssize_t n = ::read(descriptor(info), data + done, static_cast<std::size_t>(count - done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && done == 0) return kFailed;
    if (n <= 0) break;
    done += n;
  }
  if (done != 0) move_offset(info, done);
  return done;
}

LRESULT write(MMIOINFO& info, const char* data, LPARAM count) {
  if (!is_open(info) || !may_write(info) || count < 0 || (data == nullptr && count != 0)) {
    return kFailed;
  }
  // Length 0 may come from any thread (mmioFlush): it touches nothing.
  if (count == 0) return 0;
  const std::uint64_t end =
      static_cast<std::uint32_t>(info.lDiskOffset) + static_cast<std::uint64_t>(count);
  if (end > kMaxOffset) return kFailed;
  LPARAM done = 0;
  while (done < count) {
    const ssize_t n =
        ::write(descriptor(info), data + done, static_cast<std::size_t>(count - done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      // Nothing was written, in the caller's terms: a second try begins at the same place.
      static_cast<void>(::lseek(descriptor(info), -static_cast<off_t>(done), SEEK_CUR));
      return kFailed;
    }
    done += n;
  }
  move_offset(info, done);
  return done;
}

// The new position, or -1 for one that cannot be.
off_t seek_target(int fd, LPARAM offset, LPARAM origin) {
  const auto signed_offset = static_cast<off_t>(static_cast<LONG>(offset));
  if (origin == SEEK_SET) return static_cast<off_t>(static_cast<std::uint32_t>(offset));
  if (origin == SEEK_CUR) {
    const off_t position = ::lseek(fd, 0, SEEK_CUR);
    return position < 0 ? -1 : position + signed_offset;
  }
  struct stat status = {};
  if (origin != SEEK_END || ::fstat(fd, &status) != 0) return -1;
  return status.st_size - signed_offset;
}

LRESULT seek(MMIOINFO& info, LPARAM offset, LPARAM origin) {
  if (!is_open(info)) return kFailed;
  const off_t target = seek_target(descriptor(info), offset, origin);
  if (target < 0 || target > off_t{kMaxOffset}) return kFailed;
  if (::lseek(descriptor(info), target, SEEK_SET) < 0) return kFailed;
  info.lDiskOffset = static_cast<LONG>(target);
  return static_cast<LRESULT>(target);
}

}  // namespace

LRESULT CALLBACK dos_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1,
                               LPARAM lparam2) noexcept {
  if (message == MMIOM_RENAME) {  // concerns no open file
    const char* const name = as_pointer(lparam1);
    const char* const new_name = as_pointer(lparam2);
    if (name == nullptr || new_name == nullptr) return MMSYSERR_INVALPARAM;
    return rename_file(name, new_name);
  }
  MMIOINFO nowhere{};  // not open: every message fails in its own terms
  auto& info = mmioinfo == nullptr ? nowhere : *reinterpret_cast<MMIOINFO*>(mmioinfo);
  switch (message) {
    case MMIOM_OPEN:
      if (mmioinfo == nullptr) return MMIOERR_CANNOTOPEN;
      return open(info, as_pointer(lparam1));
    case MMIOM_CLOSE:
      return close(info, lparam1);
    case MMIOM_READ:
      return read(info, as_pointer(lparam1), lparam2);
    case MMIOM_WRITE:
    case MMIOM_WRITEFLUSH:
      return write(info, as_pointer(lparam1), lparam2);
    case MMIOM_SEEK:
      return seek(info, lparam1, lparam2);
    default:
      return 0;
  }
}

}  // namespace ringproc::mmio
