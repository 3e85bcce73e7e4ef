#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/error.hpp"
#include "base/windows_error.hpp"

namespace ringproc::core {
namespace {

struct Pair {
  DWORD windows;
  int posix;
};

// What the calls that are made here can answer. Anything else is told as an I/O error.
constexpr DWORD kDiskQuotaExceeded = 1295;  // ERROR_DISK_QUOTA_EXCEEDED, not in every header

constexpr Pair kPairs[] = {
    {kDiskQuotaExceeded, ENOSPC},
    {ERROR_FILE_NOT_FOUND, ENOENT},
    {ERROR_PATH_NOT_FOUND, ENOENT},  // parent_is_missing() tells the two apart
    {ERROR_INVALID_DRIVE, ENOENT},
    {ERROR_BAD_NETPATH, ENOENT},
    {ERROR_BAD_NET_NAME, ENOENT},
    {ERROR_BAD_PATHNAME, ENOENT},
    {ERROR_INVALID_NAME, ENOENT},  // no file can have it
    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
    {ERROR_ACCESS_DENIED, EACCES},
    {ERROR_WRITE_PROTECT, EROFS},
    {ERROR_PRIVILEGE_NOT_HELD, EPERM},
    {ERROR_NETWORK_ACCESS_DENIED, EACCES},
    {ERROR_INVALID_HANDLE, EBADF},
    {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
    {ERROR_OUTOFMEMORY, ENOMEM},
    {ERROR_COMMITMENT_LIMIT, ENOMEM},
    {ERROR_NO_SYSTEM_RESOURCES, ENOMEM},
    {ERROR_WORKING_SET_QUOTA, ENOMEM},
    {ERROR_SHARING_VIOLATION, EBUSY},
    {ERROR_LOCK_VIOLATION, EBUSY},
    {ERROR_USER_MAPPED_FILE, EBUSY},
    {ERROR_DELETE_PENDING, EBUSY},
    {ERROR_BUSY, EBUSY},
    {ERROR_HANDLE_DISK_FULL, ENOSPC},
    {ERROR_DISK_FULL, ENOSPC},
    {ERROR_FILE_TOO_LARGE, EFBIG},
    {ERROR_NOT_SUPPORTED, ENOTSUP},
    {ERROR_INVALID_FUNCTION, ENOTSUP},
    {ERROR_CALL_NOT_IMPLEMENTED, ENOTSUP},
    {ERROR_FILE_EXISTS, EEXIST},
    {ERROR_ALREADY_EXISTS, EEXIST},
    {ERROR_INVALID_PARAMETER, EINVAL},
    {ERROR_NEGATIVE_SEEK, EINVAL},
    {ERROR_NOT_SAME_DEVICE, EXDEV},
    {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    {ERROR_BUFFER_OVERFLOW, ENAMETOOLONG},
    {ERROR_DIRECTORY, ENOTDIR},
    {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
    {ERROR_OPERATION_ABORTED, ECANCELED},
    {ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
    {ERROR_CANT_RESOLVE_FILENAME, ELOOP},
    {ERROR_NOT_READY, EIO},  // and what Wine makes of EIO
    {ERROR_BROKEN_PIPE, EPIPE},
};

}  // namespace

const std::error_category& errno_category() noexcept { return std::generic_category(); }

std::error_code windows_error(DWORD error) noexcept {
  if (error == ERROR_SUCCESS) return {EIO, errno_category()};  // a failure that gave no reason
  const auto* const found =
      std::find_if(std::begin(kPairs), std::end(kPairs),
                   [error](const Pair& pair) { return pair.windows == error; });
  return {found == std::end(kPairs) ? EIO : found->posix, errno_category()};
}

std::error_code last_windows_error() noexcept { return windows_error(::GetLastError()); }

}  // namespace ringproc::core
