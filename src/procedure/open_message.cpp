#include "procedure/open_message.hpp"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "os/os.hpp"
#include "procedure/mmio_error.hpp"

namespace ringproc::core {
namespace {

constexpr std::size_t kNameRoom = 128;  // what callers of MMIO_PARSE and MMIO_GETTEMP must provide

LRESULT result_of(const std::error_code& error) {
  return static_cast<LRESULT>(mmio_error(error, MMIOERR_CANNOTOPEN));
}

LRESULT open_error(const std::error_code& error, const std::string& path) {
  if (error == std::errc::no_such_file_or_directory && parent_is_missing(path)) {
    return MMIOERR_PATHNOTFOUND;
  }
  return result_of(error);
}

// Flags to what the file is opened for. False for an impossible access mode.
bool request_of(DWORD flags, HandleRequest& request) {
  OpenRequest& mode = request.mode;
  switch (flags & MMIO_RWMODE) {
    case MMIO_READ:
      break;
    case MMIO_WRITE:
      mode.read = false;
      mode.write = true;
      break;
    case MMIO_READWRITE:
      mode.write = true;
      break;
    default:
      return false;
  }
  // The built-in procedure opens created files for both, whatever the access mode says.
  if (flags & MMIO_CREATE) mode.read = mode.write = mode.create = request.cut = true;
  const DWORD share = flags & MMIO_SHAREMODE;
  mode.deny_read = share == MMIO_EXCLUSIVE || share == MMIO_DENYREAD;
  mode.deny_write = share == MMIO_EXCLUSIVE || share == MMIO_DENYWRITE;
  return share <= MMIO_DENYNONE;
}

std::string path_of(const char* name, Names names) {
  return names == Names::utf8 ? std::string(name) : from_program(name);
}

// False if it does not fit.
bool give_back(const std::string& path, char* name, Names names) {
  const std::string text = names == Names::utf8 ? path : to_program(path);
  if (text.size() >= kNameRoom) return false;
  std::memcpy(name, text.c_str(), text.size() + 1);
  return true;
}

LRESULT make_temporary(char* name, Names names) {
  if (!name) return MMSYSERR_INVALPARAM;
  std::error_code error;
  const std::string like = path_of(name, names);
  const std::string made = create_temporary(like, error);
  if (error) return open_error(error, like);
  if (!give_back(made, name, names)) {
    static_cast<void>(remove_file(made));
    return MMIOERR_FILENOTFOUND;
  }
  return MMSYSERR_NOERROR;
}

LRESULT qualify(const std::string& path, char* name, Names names, bool must_exist) {
  if (must_exist) {
    std::error_code error;
    const auto file = open_file(path, {}, error);
    if (error) return open_error(error, path);
  }
  // As documented when the name does not fit.
  return give_back(path, name, names) ? MMSYSERR_NOERROR : MMIOERR_OUTOFMEMORY;
}

// Whether a sync failed, rather than that there was nothing to do it with: then the next may.
bool was_tried(const std::error_code& error) {
  return error != std::errc::not_enough_memory && error != std::errc::too_many_files_open &&
         error != std::errc::too_many_files_open_in_system;
}

LRESULT finish_open(MMIOINFO& info, std::unique_ptr<Handle> handle) {
  const auto native = static_cast<DWORD>(handle->native());
  const auto position = static_cast<DWORD>(handle->tell());
  const auto key = slots().add(std::move(handle));
  if (!key) return MMIOERR_TOOMANYOPENFILES;
  info.adwInfo[0] = native;
  info.adwInfo[1] = key->slot;
  info.adwInfo[2] = key->generation;
  info.lDiskOffset = static_cast<LONG>(position);
  return MMSYSERR_NOERROR;
}

}  // namespace

LRESULT on_open(MMIOINFO& info, char* name, Names names, std::uint64_t limit) {
  const DWORD flags = info.dwFlags;
  if (flags & MMIO_GETTEMP) return make_temporary(name, names);
  HandleRequest request;
  request.limit = limit;
  if (!request_of(flags, request)) return MMSYSERR_INVALFLAG;
  std::error_code error;
  if (!name) {
    // 32 significant bits, sign-extended: how Windows passes handles through DWORDs.
    const auto native = static_cast<std::intptr_t>(static_cast<LONG>(info.adwInfo[0]));
    auto handle = Handle::adopt(native, request, error);
    return error ? result_of(error) : finish_open(info, std::move(handle));
  }
  const std::string path = absolute_path(path_of(name, names), error);
  if (error) return result_of(error);
  if (flags & (MMIO_PARSE | MMIO_EXIST))
    return qualify(path, name, names, (flags & MMIO_EXIST) != 0);
  if (flags & MMIO_DELETE) return open_error(remove_file(path), path);
  auto handle = Handle::open(path, request, error);
  return error ? open_error(error, path) : finish_open(info, std::move(handle));
}

LRESULT on_rename(const char* from, const char* to, Names names) {
  if (!from || !to) return MMSYSERR_INVALPARAM;
  std::error_code error;
  const std::string old_path = absolute_path(path_of(from, names), error);
  if (error) return MMIOERR_CANNOTOPEN;
  const std::string new_path = absolute_path(path_of(to, names), error);
  if (error) return MMIOERR_CANNOTOPEN;
  const FileId id = file_id(old_path, error);
  if (error) return open_error(error, old_path);
  if (os::process_is_ending()) {
    error = rename_file(old_path, new_path);  // the table may be locked for ever
    return error ? open_error(error, old_path) : LRESULT{MMSYSERR_NOERROR};
  }
  FileTable& table = Runtime::instance().table();
  std::array<std::string, 2> names_of_file{new_path, new_path};
  if (!table.renaming(id, new_path)) return MMIOERR_SHARINGVIOLATION;
  error = rename_file(old_path, new_path);
  table.renamed(id, std::move(names_of_file), !error);
  if (error == std::errc::file_exists) return MMIOERR_ACCESSDENIED;
  if (error) return open_error(error, old_path);
  // The file has its new name; whether it keeps it over a power cut is not known.
  error = sync_names(old_path, new_path);
  if (error && was_tried(error)) table.name_failed(id, error);
  return error ? LRESULT{MMIOERR_CANNOTWRITE} : LRESULT{MMSYSERR_NOERROR};
}

}  // namespace ringproc::core
