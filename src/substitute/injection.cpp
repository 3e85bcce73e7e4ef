#include "substitute/injection.hpp"

// clang-format off
#include <psapi.h>
// clang-format on

#include <cstring>
#include <cwchar>
#include <optional>
#include <vector>

#include "substitute/text.hpp"

namespace ringproc::substitute {
namespace {

constexpr DWORD kEndWaitMs = 1'000;

// Memory in the other process, for what is handed to it.
class RemoteMemory {
 public:
  RemoteMemory(HANDLE process, const void* data, std::size_t size)
      : process_(process),
        at_(VirtualAllocEx(process, nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)) {
    if (at_) written_ = WriteProcessMemory(process, at_, data, size, nullptr) != 0;
  }
  ~RemoteMemory() {
    if (at_ && !kept_) VirtualFreeEx(process_, at_, 0, MEM_RELEASE);
  }
  RemoteMemory(const RemoteMemory&) = delete;
  RemoteMemory& operator=(const RemoteMemory&) = delete;

  [[nodiscard]] explicit operator bool() const noexcept { return written_; }
  [[nodiscard]] void* at() const noexcept { return at_; }
  // A thread that has not ended may still read it.
  void keep() noexcept { kept_ = true; }

 private:
  const HANDLE process_;
  void* const at_;
  bool written_ = false;
  bool kept_ = false;
};

enum class CallEnd { returned, process_ended, timed_out, refused };

CallEnd call_in(HANDLE process, LPTHREAD_START_ROUTINE function, RemoteMemory& argument,
                DWORD& value) {
  const HANDLE thread =
      CreateRemoteThread(process, nullptr, 0, function, argument.at(), 0, nullptr);
  if (!thread) return CallEnd::refused;
  const HANDLE either[] = {process, thread};
  const DWORD first = WaitForMultipleObjects(2, either, FALSE, kStartTimeoutMs);
  CallEnd end = CallEnd::returned;
  if (first == WAIT_OBJECT_0) end = CallEnd::process_ended;
  if (first == WAIT_TIMEOUT || first == WAIT_FAILED) {
    end = CallEnd::timed_out;  // it may still run
    argument.keep();
  }
  GetExitCodeThread(thread, &value);
  CloseHandle(thread);
  return end;
}

// Where a DLL has been loaded in the other process: a thread's exit status has not enough bits to
// tell.
HMODULE remote_module(HANDLE process, const std::wstring& path) {
  std::vector<HMODULE> modules(1024);
  DWORD bytes = 0;
  if (!EnumProcessModulesEx(process, modules.data(),
                            static_cast<DWORD>(modules.size() * sizeof(HMODULE)), &bytes,
                            LIST_MODULES_ALL)) {
    return nullptr;
  }
  modules.resize(std::min<std::size_t>(modules.size(), bytes / sizeof(HMODULE)));
  for (const HMODULE module : modules) {
    wchar_t name[2048];
    const DWORD size = GetModuleFileNameExW(process, module, name, 2048);
    if (size > 0 && CompareStringOrdinal(name, static_cast<int>(size), path.c_str(),
                                         static_cast<int>(path.size()), TRUE) == CSTR_EQUAL) {
      return module;
    }
  }
  return nullptr;
}

// How far the start function lies behind the beginning of the hook. Mapped without being run.
std::optional<std::uintptr_t> start_offset(const std::wstring& hook) {
  const HMODULE module = LoadLibraryExW(hook.c_str(), nullptr, DONT_RESOLVE_DLL_REFERENCES);
  if (!module) return std::nullopt;
  const auto function = reinterpret_cast<std::uintptr_t>(
      reinterpret_cast<void*>(GetProcAddress(module, kStartFunction)));
  std::optional<std::uintptr_t> offset;
  if (function) offset = function - reinterpret_cast<std::uintptr_t>(module);
  FreeLibrary(module);
  return offset;
}

LPTHREAD_START_ROUTINE as_thread_start(std::uintptr_t address) {
  return reinterpret_cast<LPTHREAD_START_ROUTINE>(address);
}

StartResult failed(std::string problem) { return {Start::failed, std::move(problem)}; }

StartResult not_returned(CallEnd end, const char* doing) {
  switch (end) {
    case CallEnd::process_ended:
      return {Start::program_ended, {}};
    case CallEnd::timed_out:
      return failed(std::string(doing) + " did not end within " +
                    std::to_string(kStartTimeoutMs / 1000) + " s");
    default:
      return failed(std::string(doing) +
                    " is not permitted (it may run as another user, or be protected): " +
                    error_text(GetLastError()));
  }
}

}  // namespace

StartResult start_hook(HANDLE process, const HookRequest& request) {
  const auto offset = start_offset(request.hook);
  if (!offset) {
    return failed(to_utf8(request.hook) + " is not this version's hook; install all of ringproc: " +
                  error_text(GetLastError()));
  }
  HookBlock block;
  if (request.log.size() >= std::size(block.log)) return failed("the name of the log is too long");
  std::wmemcpy(block.log, request.log.c_str(), request.log.size() + 1);
  block.follow_children = request.follow_children ? 1 : 0;

  RemoteMemory path(process, request.hook.c_str(), (request.hook.size() + 1) * sizeof(wchar_t));
  RemoteMemory memory(process, &block, sizeof(block));
  if (!path || !memory) {
    return failed("no access to the program's memory: " + error_text(GetLastError()));
  }
  // kernel32 lies at one address in all processes of a width.
  const auto load = reinterpret_cast<std::uintptr_t>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "LoadLibraryW")));
  DWORD value = 0;
  CallEnd end = call_in(process, as_thread_start(load), path, value);
  if (end != CallEnd::returned) return not_returned(end, "loading the hook into the program");
  const HMODULE module = remote_module(process, request.hook);
  // A program that lacks a DLL of its own ends itself, a moment after its first thread.
  if (!module && WaitForSingleObject(process, kEndWaitMs) == WAIT_OBJECT_0) {
    return {Start::program_ended, {}};
  }
  if (value == 0 || !module) {
    return failed("the program cannot load " + to_utf8(request.hook) +
                  "; it must be readable for the program's user and of its width");
  }
  const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(module) + *offset;
  end = call_in(process, as_thread_start(start), memory, value);
  if (end != CallEnd::returned) return not_returned(end, "starting the hook in the program");
  if (value == 0) return {Start::started, {}};
  if (!ReadProcessMemory(process, memory.at(), &block, sizeof(block), nullptr)) {
    return failed("the hook failed and cannot be asked why: " + error_text(GetLastError()));
  }
  block.message[sizeof(block.message) - 1] = '\0';
  return failed(block.message);
}

WORD machine_of(HANDLE process) {
  USHORT machine = 0;
  USHORT native = 0;
  if (!IsWow64Process2(process, &machine, &native)) return 0;
  return machine == IMAGE_FILE_MACHINE_UNKNOWN ? native : machine;
}

}  // namespace ringproc::substitute
