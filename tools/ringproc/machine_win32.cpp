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
  std::array<wchar_t, 1024> volume{};
  std::array<wchar_t, MAX_PATH + 1> name{};
  if (!GetVolumePathNameW(core::os::file_name(path).c_str(), volume.data(),
                          static_cast<DWORD>(volume.size())) ||
      !GetVolumeInformationW(volume.data(), nullptr, 0, nullptr, nullptr, nullptr, name.data(),
                             static_cast<DWORD>(name.size()))) {
    return "unknown";
  }
  return core::os::to_utf8(name.data());
}

}  // namespace ringproc::tool
