#include <windows.h>

#include <algorithm>
#include <array>

#include "machine.hpp"
#include "os/names_win32.hpp"

namespace ringproc::tool {

// In 32 bits the address space is what runs out first.
std::optional<std::uint64_t> available_memory_bytes() {
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof(status);
  if (!GlobalMemoryStatusEx(&status)) return std::nullopt;
  return std::min<std::uint64_t>(status.ullAvailPhys, status.ullAvailVirtual);
}

std::string file_system_of(const std::string& path) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const HANDLE file =
      CreateFileW(core::os::file_name(path).c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr,
                  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);  // a directory's, too
  if (file == INVALID_HANDLE_VALUE) return "unknown";
  std::array<wchar_t, MAX_PATH + 1> name{};
  const BOOL known = GetVolumeInformationByHandleW(file, nullptr, 0, nullptr, nullptr, nullptr,
                                                   name.data(), static_cast<DWORD>(name.size()));
  CloseHandle(file);
  return known ? core::os::to_utf8(name.data()) : "unknown";
}

}  // namespace ringproc::tool
