#include <windows.h>
/* clang-format off */
#include <process.h>
/* clang-format on */

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/windows_error.hpp"
#include "os/handle_win32.hpp"
#include "os/names_win32.hpp"
#include "os/os.hpp"
#include "os/time_win32.hpp"

// In ntdll, documented by name only; not in every header.
extern "C" __declspec(dllimport) BOOLEAN NTAPI RtlDllShutdownInProgress(void);

namespace ringproc::core::os {
namespace {

struct Body {
  std::function<void()> run;
  std::wstring name;
};

// For debuggers. Windows before 10.1607 has no such call.
void name_thread(const wchar_t* name) noexcept {
  using SetDescription = HRESULT(WINAPI*)(HANDLE, const wchar_t*);
  const HMODULE kernel = ::GetModuleHandleW(L"kernel32.dll");
  const FARPROC found = kernel ? ::GetProcAddress(kernel, "SetThreadDescription") : nullptr;
  if (!found) return;
  const auto call = reinterpret_cast<SetDescription>(reinterpret_cast<void*>(found));
  static_cast<void>(call(::GetCurrentThread(), name));
}

unsigned __stdcall run_body(void* raw) {
  const std::unique_ptr<Body> body(static_cast<Body*>(raw));
  name_thread(body->name.c_str());
  body->run();
  return 0;
}

// The library's threads outlive every handle, so its code must outlive every FreeLibrary.
void pin_module() noexcept {
  HMODULE module = nullptr;
  static_cast<void>(
      ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                           reinterpret_cast<const wchar_t*>(&run_body), &module));
}

}  // namespace

void wait_on(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
             std::chrono::nanoseconds timeout) noexcept {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  // Every outcome means: the caller looks again.
  static_cast<void>(::WaitOnAddress(const_cast<std::atomic<std::uint32_t>*>(&word), &expected,
                                    sizeof expected,
                                    static_cast<DWORD>(std::clamp<long long>(ms, 0, 60'000))));
}

void wake_one(std::atomic<std::uint32_t>& word) noexcept { ::WakeByAddressSingle(&word); }

ThreadId current_thread() noexcept { return ::GetCurrentThreadId(); }

bool process_lives(std::uint32_t process) noexcept {
  const HANDLE handle = ::OpenProcess(SYNCHRONIZE, FALSE, process);
  if (!handle) return ::GetLastError() == ERROR_ACCESS_DENIED;
  const bool alive = ::WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
  ::CloseHandle(handle);
  return alive;
}

bool thread_is_alive(ThreadId thread) noexcept {
  const HANDLE handle = ::OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, FALSE, thread);
  if (!handle) return ::GetLastError() == ERROR_ACCESS_DENIED;
  const bool ours = ::GetProcessIdOfThread(handle) == ::GetCurrentProcessId();
  const bool alive = ours && ::WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
  ::CloseHandle(handle);
  return alive;
}

std::error_code start_thread(const char* name, std::function<void()> body) {
  pin_module();
  auto owned = std::make_unique<Body>(Body{std::move(body), to_wide(name)});
  // Priority and affinity are not inherited from the opening thread here.
  const std::uintptr_t thread = ::_beginthreadex(nullptr, 0, run_body, owned.get(), 0, nullptr);
  if (thread == 0) return {errno, errno_category()};
  static_cast<void>(owned.release());
  ::CloseHandle(reinterpret_cast<HANDLE>(thread));
  return {};
}

bool process_is_ending() noexcept { return ::RtlDllShutdownInProgress() != 0; }

void write_error_line(std::initializer_list<std::string_view> parts) noexcept {
  const HANDLE to = ::GetStdHandle(STD_ERROR_HANDLE);
  for (const std::string_view part : parts) {
    DWORD done = 0;
    // Nobody is left to be told that it could not be told.
    static_cast<void>(
        ::WriteFile(to, part.data(), static_cast<DWORD>(part.size()), &done, nullptr));
  }
}

std::uint32_t process_id() noexcept { return ::GetCurrentProcessId(); }

std::uint64_t wall_clock_ns() noexcept {
  FILETIME now{};
  ::GetSystemTimePreciseAsFileTime(&now);
  return unix_ns((std::uint64_t{now.dwHighDateTime} << 32) | now.dwLowDateTime);
}

const std::string& boot_id() {
  // A number that Windows counts up at every start; Wine has none.
  static const std::string* const leaked = [] {
    constexpr const wchar_t* kKey =
        LR"(SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters)";
    DWORD number = 0;
    DWORD size = sizeof number;
    const bool known = ::RegGetValueW(HKEY_LOCAL_MACHINE, kKey, L"BootId", RRF_RT_REG_DWORD,
                                      nullptr, &number, &size) == ERROR_SUCCESS;
    return new std::string(known ? std::to_string(number) : std::string());
  }();
  return *leaked;
}

// No fork on Windows.
void at_fork(void (*)(), void (*)(), void (*)()) noexcept {}

}  // namespace ringproc::core::os
