#include "launcher_win32.hpp"

#include <utility>

#include "program_file_win32.hpp"
#include "ringproc/mmio.h"
#include "substitute/injection.hpp"
#include "substitute/text.hpp"

namespace ringproc::tool {
namespace {

using substitute::error_text;
using substitute::to_utf8;

constexpr DWORD kElevationRequired = 740;  // ERROR_ELEVATION_REQUIRED: not in every winerror.h
constexpr DWORD kEndedByUs = 0xC000'0142;  // as of a program whose DLLs do not initialise
constexpr DWORD kCloseWaitMs = 4'500;      // the system ends this process 5 s after it was told

class Handle {
 public:
  explicit Handle(HANDLE handle) noexcept : handle_(handle) {}
  ~Handle() { CloseHandle(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] HANDLE get() const noexcept { return handle_; }

 private:
  const HANDLE handle_;
};

// ---- Ctrl+C, closed consoles ----

// Never closed: the system may call at any time.
HANDLE g_done = nullptr;

// Ctrl+C and Ctrl+Break reach the program by themselves. When the console goes away, so does the
// program, and this process has a few seconds to finish what it left.
BOOL WINAPI on_console_event(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) WaitForSingleObject(g_done, kCloseWaitMs);
  return TRUE;
}

// ---- this process's command line ----

bool is_space(wchar_t unit) { return unit == L' ' || unit == L'\t'; }

const wchar_t* skip_spaces(const wchar_t* text) {
  while (is_space(*text)) ++text;
  return text;
}

// Behind one argument, by the rules of the C run-time library: a quotation mark behind an odd
// number of backslashes is a character.
const wchar_t* skip_argument(const wchar_t* text) {
  bool quoted = false;
  int backslashes = 0;
  for (; *text && (quoted || !is_space(*text)); ++text) {
    if (*text == L'"' && backslashes % 2 == 0) quoted = !quoted;
    backslashes = *text == L'\\' ? backslashes + 1 : 0;
  }
  return text;
}

const wchar_t* skip_program(const wchar_t* text) {
  bool quoted = false;
  for (; *text && (quoted || !is_space(*text)); ++text) {
    if (*text == L'"') quoted = !quoted;
  }
  return text;
}

// ---- starting ----

std::wstring own_directory() {
  wchar_t path[32768];
  const DWORD size = GetModuleFileNameW(nullptr, path, 32768);
  const std::wstring own(path, size);
  return own.substr(0, own.find_last_of(L'\\') + 1);
}

ProgramEnd not_started(ExitStatus status, std::string error) {
  ProgramEnd end;
  end.status = status;
  end.error = std::move(error);
  return end;
}

STARTUPINFOW startup_as_ours() {
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  GetStartupInfoW(&startup);
  startup.dwFlags |= STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  for (const HANDLE handle : {startup.hStdInput, startup.hStdOutput, startup.hStdError}) {
    // Fails for what is no handle of the kernel's, and that is inherited anyway.
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  }
  return startup;
}

std::string why_not_started(DWORD error) {
  switch (error) {
    case ERROR_ACCESS_DENIED:
      return "no permission to run it";
    case kElevationRequired:
      return "it wants an administrator's rights; run ringproc with them";
    default:
      return "cannot be started: " + error_text(error);
  }
}

}  // namespace

std::wstring command_behind_dashes() {
  const wchar_t* at = skip_spaces(skip_program(GetCommandLineW()));
  while (*at) {
    const wchar_t* const end = skip_argument(at);
    const bool dashes = std::wstring_view(at, static_cast<std::size_t>(end - at)) == L"--";
    at = skip_spaces(end);
    if (dashes) return at;
  }
  return {};
}

bool add_library_options(const std::string& options) {
  constexpr const wchar_t* kVariable = L"RINGPROC_OPTIONS";
  std::wstring all(GetEnvironmentVariableW(kVariable, nullptr, 0), L'\0');
  all.resize(GetEnvironmentVariableW(kVariable, all.data(), static_cast<DWORD>(all.size())));
  if (!all.empty()) all += L',';
  all += substitute::widen(options, CP_UTF8);
  return SetEnvironmentVariableW(kVariable, all.c_str()) != 0;
}

ProgramEnd run_program(const Launch& launch) {
  const ProgramFile program = find_program(program_of(launch.command));
  if (!program.error.empty()) return not_started(program.status, program.error);
  const std::wstring directory = own_directory();
  for (const wchar_t* const part : {substitute::kHookName, substitute::kLibraryName}) {
    if (GetFileAttributesW((directory + part).c_str()) == INVALID_FILE_ATTRIBUTES) {
      return not_started(ExitStatus::cannot_open,
                         to_utf8(directory + part) + " is missing; install it beside ringproc.exe");
    }
  }
  g_done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  SetConsoleCtrlHandler(on_console_event, TRUE);

  STARTUPINFOW startup = startup_as_ours();
  PROCESS_INFORMATION started{};
  std::wstring command = launch.command;  // CreateProcessW may write to it
  if (!CreateProcessW(program.path.c_str(), command.data(), nullptr, nullptr, TRUE,
                      CREATE_SUSPENDED, nullptr, nullptr, &startup, &started)) {
    return not_started(ExitStatus::cannot_open,
                       to_utf8(program.path) + ": " + why_not_started(GetLastError()));
  }
  const Handle process(started.hProcess);
  const Handle thread(started.hThread);
  const substitute::StartResult hook = substitute::start_hook(
      process.get(), {directory + substitute::kHookName, launch.log, launch.follow_children});
  if (hook.result == substitute::Start::failed) {
    TerminateProcess(process.get(), kEndedByUs);
    return not_started(ExitStatus::cannot_open, to_utf8(program.path) +
                                                    ": its I/O procedure cannot be substituted, so "
                                                    "it was not started: " +
                                                    hook.problem);
  }
  ResumeThread(thread.get());
  WaitForSingleObject(process.get(), INFINITE);  // for as long as the program wants to run
  ProgramEnd end;
  DWORD code = 0;
  GetExitCodeProcess(process.get(), &code);
  end.process = started.dwProcessId;
  end.exit_code = code;
  return end;
}

void launch_is_over() {
  if (g_done) SetEvent(g_done);
}

std::string crash_text(std::uint32_t exit_code) {
  switch (exit_code) {
    case 0xC000'0005:
      return "access violation";
    case 0xC000'00FD:
      return "stack overflow";
    case 0xC000'0135:
      return "a DLL that it needs is missing";
    case 0xC000'013A:
      return {};  // Ctrl+C
    default:
      return (exit_code & 0xF000'0000) == 0xC000'0000 ? "exception" : "";
  }
}

}  // namespace ringproc::tool
