#include <fmt/core.h>
#include <windows.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "machine.hpp"
#include "measure/environment.hpp"
#include "measure/hypervisor_name.hpp"
#include "os/names_win32.hpp"

namespace ringproc::tool::measure {
namespace {

using core::os::to_utf8;

constexpr const wchar_t* kSystem = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
constexpr const wchar_t* kBios = L"HARDWARE\\DESCRIPTION\\System\\BIOS";
constexpr const wchar_t* kProcessor = L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0";

// A 32-bit program reads the system's own values, too. Returns: whether it is there, of that type.
bool read_registry(const wchar_t* path, const wchar_t* name, DWORD type, void* value, DWORD size) {
  HKEY key = nullptr;
  if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) !=
      ERROR_SUCCESS) {
    return false;
  }
  const LSTATUS status = RegGetValueW(key, nullptr, name, type, nullptr, value, &size);
  RegCloseKey(key);
  return status == ERROR_SUCCESS;
}

std::optional<std::string> registry_text(const wchar_t* path, const wchar_t* name) {
  std::array<wchar_t, 256> text{};
  if (!read_registry(path, name, RRF_RT_REG_SZ, text.data(), sizeof(text))) return std::nullopt;
  const std::string value = to_utf8(text.data());
  const std::size_t first = value.find_first_not_of(' ');
  if (first == value.npos) return std::nullopt;
  return value.substr(first, value.find_last_not_of(' ') - first + 1);
}

std::optional<DWORD> registry_number(const wchar_t* path, const wchar_t* name) {
  DWORD value = 0;
  if (!read_registry(path, name, RRF_RT_REG_DWORD, &value, sizeof(value))) return std::nullopt;
  return value;
}

// GetVersionEx and its kin tell each program what it expects to hear; the registry does not.
std::string version_text() {
  const auto major = registry_number(kSystem, L"CurrentMajorVersionNumber");  // from 10 on
  const auto minor = registry_number(kSystem, L"CurrentMinorVersionNumber");
  const auto build = registry_text(kSystem, L"CurrentBuild");
  std::string text = major
                         ? fmt::format("{}.{}", *major, minor.value_or(0))
                         : registry_text(kSystem, L"CurrentVersion").value_or("of unknown version");
  return build ? text + "." + *build : text;
}

std::string architecture() {
  SYSTEM_INFO info{};
  GetNativeSystemInfo(&info);
  switch (info.wProcessorArchitecture) {
    case PROCESSOR_ARCHITECTURE_AMD64:
      return "x86_64";
    case PROCESSOR_ARCHITECTURE_INTEL:
      return "x86";
    case PROCESSOR_ARCHITECTURE_ARM64:
      return "arm64";
    default:
      return fmt::format("architecture {}", info.wProcessorArchitecture);
  }
}

std::string wine_text() {
  using Ask = const char*(CDECL*)();
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  if (ntdll == nullptr) return {};
  const auto ask = reinterpret_cast<Ask>(
      reinterpret_cast<void (*)()>(GetProcAddress(ntdll, "wine_get_version")));
  return ask != nullptr ? fmt::format(", Wine {}", ask()) : std::string();
}

std::optional<std::string> edition() {
  auto name = registry_text(kSystem, L"ProductName");
  const auto release = registry_text(kSystem, L"DisplayVersion");
  constexpr std::string_view kOlder = "Windows 10";
  constexpr int kFirstBuildOf11 = 22'000;  // Windows 11 keeps the name of its forerunner there
  const std::string build = registry_text(kSystem, L"CurrentBuild").value_or("");
  if (name && name->starts_with(kOlder) && std::atoi(build.c_str()) >= kFirstBuildOf11) {
    name->replace(0, kOlder.size(), "Windows 11");
  }
  return name && release ? *name + " " + *release : name;
}

unsigned processors() { return GetActiveProcessorCount(ALL_PROCESSOR_GROUPS); }

std::optional<std::uint64_t> memory_bytes() {
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof(status);
  if (!GlobalMemoryStatusEx(&status)) return std::nullopt;
  return status.ullTotalPhys;
}

std::string system_name() {
  return fmt::format("Windows {} {}{}", version_text(), architecture(), wine_text());
}

void take_room(DiskFacts& disk) {
  ULARGE_INTEGER available{}, size{};
  if (!GetDiskFreeSpaceExW(core::os::file_name(disk.directory).c_str(), &available, &size, nullptr))
    return;
  disk.size_bytes = size.QuadPart;
  disk.free_bytes = available.QuadPart;
}

void take_mount(DiskFacts& disk) {
  std::vector<wchar_t> point(32'768);
  const auto size = static_cast<DWORD>(point.size());
  if (!GetVolumePathNameW(core::os::file_name(disk.directory).c_str(), point.data(), size)) return;
  disk.mount_point = core::os::plain_name(point.data());
  std::array<wchar_t, 64> volume{};  // "\\?\Volume{GUID}\" and a zero
  if (GetVolumeNameForVolumeMountPointW(point.data(), volume.data(),
                                        static_cast<DWORD>(volume.size()))) {
    disk.source = to_utf8(volume.data());
  }
}

std::string full_name(const std::string& directory) {
  std::vector<wchar_t> name(32'768);
  const DWORD size = GetFullPathNameW(core::os::to_wide(directory).c_str(),
                                      static_cast<DWORD>(name.size()), name.data(), nullptr);
  return size > 0 && size < name.size() ? to_utf8({name.data(), size}) : directory;
}

}  // namespace

MachineFacts machine_facts() {
  MachineFacts machine;
  machine.cpu = registry_text(kProcessor, L"ProcessorNameString");
  machine.processors = processors();
  machine.memory_bytes = memory_bytes();
  machine.system = system_name();
  machine.distribution = edition();
  machine.hypervisor = hypervisor_name(registry_text(kBios, L"SystemManufacturer").value_or(""),
                                       registry_text(kBios, L"SystemProductName").value_or(""));
  return machine;
}

// Whether a write cache is on is shown to administrators only; it stays unknown, as the disk does.
DiskFacts disk_facts(const std::string& directory) {
  DiskFacts disk;
  disk.directory = full_name(directory);
  disk.file_system = file_system_of(disk.directory);
  take_mount(disk);
  take_room(disk);
  return disk;
}

}  // namespace ringproc::tool::measure
