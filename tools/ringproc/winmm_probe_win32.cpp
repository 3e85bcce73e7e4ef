#include <fmt/core.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "ringproc/mmio.h"
#include "substitute/text.hpp"
#include "winmm_probe.hpp"
#include "winmm_questions.hpp"

namespace ringproc::tool {
namespace {

using substitute::error_text;
using substitute::narrow;
using substitute::to_utf8;

template <typename Function>
Function* function_of(const wchar_t* module, const char* name) {
  return reinterpret_cast<Function*>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(module), name)));
}

std::string windows_version() {
  // GetVersionEx tells each program what it expects to hear.
  using RtlGetVersion = LONG WINAPI(OSVERSIONINFOW*);
  using WineGetVersion = const char* CDECL();
  OSVERSIONINFOW version{};
  version.dwOSVersionInfoSize = sizeof(version);
  std::string text = "Windows of unknown version";
  if (auto* const ask = function_of<RtlGetVersion>(L"ntdll.dll", "RtlGetVersion")) {
    ask(&version);
    text = fmt::format("Windows {}.{}.{}", version.dwMajorVersion, version.dwMinorVersion,
                       version.dwBuildNumber);
  }
  if (auto* const ask = function_of<WineGetVersion>(L"ntdll.dll", "wine_get_version")) {
    text += fmt::format(" as shown by Wine {}", ask());
  }
  return text;
}

std::uint32_t word_at(const std::vector<char>& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  }
  return value;
}

// The file version in a loaded module's resources: its fixed part is found by its signature.
std::string file_version(HMODULE module) {
  constexpr std::uint32_t kSignature = 0xFEEF'04BD;  // VS_FFI_SIGNATURE
  const HRSRC place = FindResourceW(module, MAKEINTRESOURCEW(1), MAKEINTRESOURCEW(16));
  const HGLOBAL resource = place ? LoadResource(module, place) : nullptr;
  const auto* const data = resource ? static_cast<const char*>(LockResource(resource)) : nullptr;
  if (!data) return "unknown";
  const std::vector<char> bytes(data, data + SizeofResource(module, place));
  for (std::size_t at = 0; at + 16 <= bytes.size(); at += 4) {
    if (word_at(bytes, at) != kSignature) continue;
    const std::uint32_t high = word_at(bytes, at + 8);
    const std::uint32_t low = word_at(bytes, at + 12);
    return fmt::format("{}.{}.{}.{}", high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF);
  }
  return "unknown";
}

std::string winmm_file() {
  const HMODULE module = GetModuleHandleW(L"winmm.dll");
  if (!module) return "not loaded";
  wchar_t path[2048];
  const DWORD size = GetModuleFileNameW(module, path, 2048);
  return fmt::format("{}, version {}", to_utf8({path, size}), file_version(module));
}

}  // namespace

ProbeDirectory::ProbeDirectory() {
  wchar_t base[MAX_PATH + 1];
  const DWORD size = GetTempPathW(MAX_PATH + 1, base);
  if (size == 0 || size > MAX_PATH) throw std::runtime_error("no directory for temporary files");
  const std::wstring path =
      std::wstring(base, size) + L"ringproc-probe-" + std::to_wstring(GetCurrentProcessId());
  if (!CreateDirectoryW(path.c_str(), nullptr)) {
    throw std::runtime_error("cannot make " + to_utf8(path) + ": " + error_text(GetLastError()));
  }
  path_ = narrow(path, CP_ACP);
}

ProbeDirectory::~ProbeDirectory() {
  WIN32_FIND_DATAA found{};
  const HANDLE search = FindFirstFileA((path_ + "\\*").c_str(), &found);
  if (search != INVALID_HANDLE_VALUE) {
    do {
      DeleteFileA((path_ + "\\" + found.cFileName).c_str());
    } while (FindNextFileA(search, &found));
    FindClose(search);
  }
  RemoveDirectoryA(path_.c_str());
}

std::string ProbeDirectory::file(const std::string& name) const { return path_ + '\\' + name; }

WinmmReport probe_winmm() {
  WinmmReport report;
  report.windows = windows_version();
  report.winmm = winmm_file();
  const ProbeDirectory directory;
  ask_of_selection(directory, report.findings);
  ask_of_messages(report.findings);
  ask_of_errors(report.findings);
  ask_of_names(directory, report.findings);
  ask_of_builtin(directory, report.findings);
  return report;
}

}  // namespace ringproc::tool
