#include "mmio/names.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "procedure/mmio_error.hpp"

namespace ringproc::mmio {
namespace {

// "" for a name without a directory.
std::string directory_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return std::string(name.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
}

std::string temporary_directory() {
  const char* const chosen = std::getenv("TMPDIR");
  return std::string(chosen != nullptr && *chosen != '\0' ? chosen : "/tmp") + '/';
}

UINT check_file(const char* name) {
  struct stat status = {};
  if (::stat(name, &status) != 0) return name_error(name, errno, MMIOERR_CANNOTOPEN);
  return S_ISDIR(status.st_mode) ? UINT{MMIOERR_ACCESSDENIED} : UINT{MMSYSERR_NOERROR};
}

UINT create_temporary(char* name) {
  const std::string_view asked(name);
  const std::string directory = directory_of(asked);
  const std::string_view prefix = asked.substr(directory.size()).substr(0, 3);
  constexpr std::string_view kSuffix = ".tmp";
  std::string made = directory.empty() ? temporary_directory() : directory;
  made.append(prefix).append("XXXXXX").append(kSuffix);
  if (made.size() >= kNameBuffer) return MMIOERR_FILENOTFOUND;

  const int fd = ::mkostemps(made.data(), static_cast<int>(kSuffix.size()), O_CLOEXEC);
  if (fd < 0) return name_error(made.c_str(), errno, MMIOERR_FILENOTFOUND);
  static_cast<void>(::close(fd));  // nothing was written
  std::memcpy(name, made.c_str(), made.size() + 1);
  return MMSYSERR_NOERROR;
}

// File systems without RENAME_NOREPLACE get a look first, which a third party may overtake.
int rename_without_replacing(const char* name, const char* new_name) {
  if (::renameat2(AT_FDCWD, name, AT_FDCWD, new_name, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  struct stat status = {};
  if (::lstat(new_name, &status) == 0) return EEXIST;
  return ::rename(name, new_name) == 0 ? 0 : errno;
}

}  // namespace

UINT qualify_name(char* name, bool must_exist) noexcept {
  try {
    const std::size_t length = std::strlen(name);
    if (length == 0) return MMIOERR_FILENOTFOUND;
    if (must_exist) {
      const UINT error = check_file(name);
      if (error != MMSYSERR_NOERROR) return error;
    }
    const std::string full = std::filesystem::absolute(name).lexically_normal().string();
    if (full.size() >= std::max(kNameBuffer, length + 1)) return MMIOERR_OUTOFMEMORY;
    std::memcpy(name, full.c_str(), full.size() + 1);
    return MMSYSERR_NOERROR;
  } catch (const std::filesystem::filesystem_error& error) {
    return core::mmio_error(error.code(), MMIOERR_INVALIDFILE);
  } catch (const std::exception&) {
    return MMIOERR_OUTOFMEMORY;
  }
}

UINT make_temporary_name(char* name) noexcept {
  try {
    return create_temporary(name);
  } catch (const std::exception&) {
    return MMIOERR_OUTOFMEMORY;
  }
}

UINT delete_file(const char* name) noexcept {
  return ::unlink(name) == 0 ? UINT{MMSYSERR_NOERROR}
                             : name_error(name, errno, MMIOERR_ACCESSDENIED);
}

UINT rename_file(const char* name, const char* new_name) noexcept {
  const int error = rename_without_replacing(name, new_name);
  if (error == 0) return MMSYSERR_NOERROR;
  if (error == EEXIST) return MMIOERR_ACCESSDENIED;
  // ENOENT: the old name is missing, or the new one's directory.
  struct stat status = {};
  const bool old_exists = ::lstat(name, &status) == 0;
  return name_error(old_exists ? new_name : name, error, MMIOERR_ACCESSDENIED);
}

UINT name_error(const char* name, int error, UINT fallback) noexcept {
  if (error == ENOENT) {
    try {
      const std::string parent = directory_of(name);
      struct stat status = {};
      if (!parent.empty() && ::stat(parent.c_str(), &status) != 0) return MMIOERR_PATHNOTFOUND;
    } catch (const std::exception&) {
      return MMIOERR_OUTOFMEMORY;
    }
  }
  return core::mmio_error({error, std::generic_category()}, fallback);
}

}  // namespace ringproc::mmio
