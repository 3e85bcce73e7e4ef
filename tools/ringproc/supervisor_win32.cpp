#include <windows.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <sstream>

#include "exit_status.hpp"
#include "os.hpp"
#include "os/names_win32.hpp"
#include "supervisor.hpp"

namespace ringproc::tool {
namespace {

constexpr DWORD kMostMsToFinalise = 60'000;

// In the environment of the child: the parent's number, and two handles that it inherits. The
// parent writes the numbers of console events to the pipe, which ends when the parent ends. The
// child sets the event as the last thing before it ends by itself: its exit status alone does not
// tell that from TerminateProcess.
constexpr const wchar_t* kMarker = L"RINGPROC_SUPERVISED_BY";

HANDLE handle_numbered(std::uintptr_t number) { return reinterpret_cast<HANDLE>(number); }
std::uintptr_t number_of(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }

HANDLE ended_by_itself = nullptr;  // in the child

void tell_end() {
  if (ended_by_itself != nullptr) SetEvent(ended_by_itself);
}

// Returns: whether this is the child.
bool begin_child() {
  std::istringstream marker(core::os::environment(kMarker));
  SetEnvironmentVariableW(kMarker, nullptr);
  std::uint32_t parent = 0;
  std::uintptr_t pipe = 0;
  std::uintptr_t event = 0;
  if (!(marker >> parent >> pipe >> event)) return false;
  const HANDLE signals = handle_numbered(pipe);
  ended_by_itself = handle_numbered(event);
  // Not meant for what this process might start; and a marker that is not ours names no handles.
  if (GetFileType(signals) != FILE_TYPE_PIPE ||
      !SetHandleInformation(signals, HANDLE_FLAG_INHERIT, 0) ||
      !SetHandleInformation(ended_by_itself, HANDLE_FLAG_INHERIT, 0)) {
    ended_by_itself = nullptr;
    return false;
  }
  os::set_supervisor({parent, static_cast<os::Waitable>(pipe)});
  static_cast<void>(std::atexit(tell_end));  // registered first, so it runs last
  return true;
}

// What the parent holds for its child.
class Links {
 public:
  Links() {
    SECURITY_ATTRIBUTES inherited{sizeof(inherited), nullptr, TRUE};
    if (!CreatePipe(&signals_read_, &signals_write_, &inherited, 0)) return;
    ended_ = CreateEventW(&inherited, TRUE, FALSE, nullptr);
    // Only the parent may hold this end: it is the sign that the parent lives.
    good_ = ended_ != nullptr && SetHandleInformation(signals_write_, HANDLE_FLAG_INHERIT, 0);
  }
  ~Links() {
    for (const HANDLE handle : {signals_read_, signals_write_, ended_}) {
      if (handle != nullptr) CloseHandle(handle);
    }
  }
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] HANDLE signals() const { return signals_write_; }
  [[nodiscard]] bool ended_by_itself() const { return WaitForSingleObject(ended_, 0) == 0; }
  [[nodiscard]] std::wstring marker() const {
    return std::to_wstring(GetCurrentProcessId()) + L" " +
           std::to_wstring(number_of(signals_read_)) + L" " + std::to_wstring(number_of(ended_));
  }

 private:
  HANDLE signals_read_ = nullptr;
  HANDLE signals_write_ = nullptr;
  HANDLE ended_ = nullptr;
  bool good_ = false;
};

// In the parent, while there is a child.
std::atomic<HANDLE> signals_to_child{nullptr};

// Runs in a thread that the system starts for it. The child gets the event from the console too,
// and takes the two for one.
BOOL WINAPI pass_on(DWORD event) {
  const auto byte = static_cast<unsigned char>(event);
  DWORD written = 0;
  if (const HANDLE pipe = signals_to_child) {
    static_cast<void>(WriteFile(pipe, &byte, 1, &written, nullptr));
  }
  // When this returns from one of the others, the system ends the process.
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) {
    WaitForSingleObject(GetCurrentProcess(), kMostMsToFinalise);
  }
  return TRUE;
}

// The program once more, with the same words and the same standard handles. Returns: NULL if it
// cannot be started.
HANDLE start_child(const Links& links, std::uint32_t& number) {
  std::wstring program(32'768, L'\0');
  program.resize(GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size())));
  std::wstring command = GetCommandLineW();  // CreateProcess writes to it
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  for (const HANDLE handle : {startup.hStdInput, startup.hStdOutput, startup.hStdError}) {
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);  // missing ones stay so
  }
  SetEnvironmentVariableW(kMarker, links.marker().c_str());
  PROCESS_INFORMATION child{};
  const BOOL started = CreateProcessW(program.c_str(), command.data(), nullptr, nullptr, TRUE, 0,
                                      nullptr, nullptr, &startup, &child);
  SetEnvironmentVariableW(kMarker, nullptr);
  if (!started) return nullptr;
  CloseHandle(child.hThread);
  number = child.dwProcessId;
  return child.hProcess;
}

std::string end_in_words(DWORD status) {
  constexpr DWORD kFirstException = 0xC000'0000;
  if (status == static_cast<DWORD>(STATUS_CONTROL_C_EXIT)) return "Ctrl-C";
  std::ostringstream text;
  if (status >= kFirstException) {
    text << "exception 0x" << std::hex << std::uppercase << status;
  } else {
    text << "TerminateProcess or abort (exit status " << status << ")";
  }
  return text.str();
}

}  // namespace

std::optional<ChildEnd> run_in_child() {
  if (begin_child()) return std::nullopt;
  const Links links;
  if (!links.good()) return std::nullopt;
  // A child that crashes must end, not show a box and wait for somebody. It inherits the mode.
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  signals_to_child = links.signals();
  SetConsoleCtrlHandler(nullptr, FALSE);
  SetConsoleCtrlHandler(pass_on, TRUE);
  ChildEnd end;
  const HANDLE child = start_child(links, end.process);
  if (child != nullptr) WaitForSingleObject(child, INFINITE);
  DWORD status = 0;
  const bool known = child != nullptr && GetExitCodeProcess(child, &status);
  SetConsoleCtrlHandler(pass_on, FALSE);
  signals_to_child = nullptr;
  if (child == nullptr) return std::nullopt;
  CloseHandle(child);
  end.status = static_cast<int>(status);
  const bool forced = status == static_cast<DWORD>(ExitStatus::forced);
  if (!known || (!links.ended_by_itself() && !forced)) end.killed_by = end_in_words(status);
  return end;
}

}  // namespace ringproc::tool
