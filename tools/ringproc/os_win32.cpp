#include <windows.h>
/* clang-format off */
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
/* clang-format on */

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "backend/backend.hpp"
#include "base/windows_error.hpp"
#include "exit_status.hpp"
#include "input_pump_win32.hpp"
#include "os.hpp"
#include "os/names_win32.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool::os {
namespace {

constexpr std::size_t kTouchedStackBytes = 64 * 1024;
constexpr DWORD kMostMsToFinalise = 60'000;

std::error_code error_here() noexcept { return core::last_windows_error(); }

HANDLE handle_of(Waitable waitable) noexcept { return reinterpret_cast<HANDLE>(waitable); }
Waitable waitable_of(HANDLE handle) noexcept { return reinterpret_cast<Waitable>(handle); }

// Manual reset: several may wait for it.
HANDLE wake_event() {
  static const HANDLE event = [] {
    const HANDLE made = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    if (made == nullptr) throw std::system_error(error_here(), "cannot make an event");
    return made;
  }();
  return event;
}

// The first stop signal, as a console event's number + 1. Written by whatever thread it comes in;
// the exchange decides which signal was first.
std::atomic<int> first_signal{0};
constexpr int kSupervisorEnded = 100;

// How many came, passed on by the supervisor or not.
std::array<std::atomic<int>, 2> signals_from{};
std::atomic<Waitable> supervisor{kNothing};

void stop_came(int number, bool passed_on) noexcept {
  if (signals_from[passed_on ? 1 : 0].fetch_add(1) > 0) {
    constexpr std::string_view kText =
        "\nringproc: forced by a second signal; what was being written is not finished\n";
    DWORD written = 0;
    static_cast<void>(WriteFile(GetStdHandle(STD_ERROR_HANDLE), kText.data(),
                                static_cast<DWORD>(kText.size()), &written, nullptr));
    TerminateProcess(GetCurrentProcess(), static_cast<UINT>(ExitStatus::forced));
  }
  int none = 0;
  static_cast<void>(first_signal.compare_exchange_strong(none, number));
  SetEvent(wake_event());
}

// Runs in a thread that the system starts for it.
BOOL WINAPI on_console_event(DWORD event) {
  stop_came(static_cast<int>(event) + 1, false);
  // When this returns from one of the others, the system ends the process.
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) {
    WaitForSingleObject(GetCurrentProcess(), kMostMsToFinalise);
  }
  return TRUE;
}

// Each byte is a console event's number; the end of the pipe is the end of the supervisor. A thread
// of its own, which ends with the process.
DWORD WINAPI take_passed_on(void*) {
  const HANDLE pipe = handle_of(supervisor);
  for (;;) {
    unsigned char event = 0;
    DWORD bytes = 0;
    if (!ReadFile(pipe, &event, 1, &bytes, nullptr) || bytes == 0) break;
    stop_came(event + 1, true);
  }
  stop_came(kSupervisorEnded, true);
  return 0;
}

void touch_stack() noexcept {
  std::array<char, kTouchedStackBytes> bytes;
  std::memset(bytes.data(), 1, bytes.size());
  std::atomic_signal_fence(
      std::memory_order_seq_cst);  // keeps the compiler from dropping the stores
  static_cast<void>(bytes.back());
}

// What older systems lack. Returns: NULL then.
template <typename Function>
Function find_function(HMODULE module, const char* name) noexcept {
  if (module == nullptr) return nullptr;
  return reinterpret_cast<Function>(reinterpret_cast<void (*)()>(GetProcAddress(module, name)));
}

// For debuggers.
void name_thread(const std::string& name) {
  using Name = HRESULT(WINAPI*)(HANDLE, PCWSTR);
  const auto set_name =
      find_function<Name>(GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription");
  if (set_name != nullptr) set_name(GetCurrentThread(), core::os::to_wide(name).c_str());
}

// By the multimedia class scheduler, whose DLL is loaded from the system's directory only.
bool become_real_time() noexcept {
  std::array<wchar_t, MAX_PATH + 16> path{};
  const UINT length = GetSystemDirectoryW(path.data(), MAX_PATH);
  if (length == 0 || length >= MAX_PATH) return false;
  constexpr std::wstring_view kName = L"\\avrt.dll";
  std::copy(kName.begin(), kName.end(), path.begin() + length);
  using Begin = HANDLE(WINAPI*)(LPCWSTR, LPDWORD);
  const auto begin =
      find_function<Begin>(LoadLibraryW(path.data()), "AvSetMmThreadCharacteristicsW");
  DWORD task = 0;
  return begin != nullptr && begin(L"Pro Audio", &task) != nullptr;
}

// One timer per thread that sleeps. Those that are exact to half a millisecond: from Windows 10
// 1803 on.
class SleepTimer {
 public:
  SleepTimer() noexcept {
    constexpr DWORD kHighResolution = 0x2;
    handle_ = CreateWaitableTimerExW(nullptr, nullptr, kHighResolution, TIMER_ALL_ACCESS);
    if (!handle_) handle_ = CreateWaitableTimerExW(nullptr, nullptr, 0, TIMER_ALL_ACCESS);
  }
  ~SleepTimer() {
    if (handle_) CloseHandle(handle_);
  }
  SleepTimer(const SleepTimer&) = delete;
  SleepTimer& operator=(const SleepTimer&) = delete;

  void sleep(std::chrono::nanoseconds time) const noexcept {
    LARGE_INTEGER due{};
    due.QuadPart = -std::max<LONGLONG>(1, time.count() / 100);
    if (handle_ && SetWaitableTimer(handle_, &due, 0, nullptr, nullptr, FALSE)) {
      WaitForSingleObject(handle_, INFINITE);
    } else {
      Sleep(1);
    }
  }

 private:
  HANDLE handle_;
};

// Returns: NULL if there is none behind it.
HANDLE console_behind(std::FILE* file) noexcept {
  const int number = _fileno(file);
  if (number < 0) return nullptr;
  const auto handle = reinterpret_cast<HANDLE>(_get_osfhandle(number));
  DWORD mode = 0;
  return GetConsoleMode(handle, &mode) ? handle : nullptr;
}

// How much of the text, at most `most` bytes, ends with a whole character.
std::size_t whole_characters(std::string_view text, std::size_t most) noexcept {
  std::size_t size = std::min(text.size(), most);
  const auto continues = [&] { return (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80; };
  while (size < text.size() && size > 1 && continues()) --size;
  return size;
}

bool write_console(HANDLE console, std::string_view text) noexcept {
  std::array<wchar_t, 1024> wide{};  // a UTF-8 text never has more UTF-16 units than bytes
  while (!text.empty()) {
    const std::size_t size = whole_characters(text, wide.size());
    const int units = MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(size),
                                          wide.data(), static_cast<int>(wide.size()));
    DWORD written = 0;
    if (!WriteConsoleW(console, wide.data(), static_cast<DWORD>(units), &written, nullptr)) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace

// What main got is in the code page; the system has the words as they were typed.
std::vector<std::string> arguments(int, const char* const*) {
  int count = 0;
  wchar_t** const words = CommandLineToArgvW(GetCommandLineW(), &count);
  if (words == nullptr) throw std::system_error(error_here(), "cannot read the command line");
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i) result.push_back(core::os::to_utf8(words[i]));
  LocalFree(words);
  if (result.empty()) result.emplace_back();
  return result;
}

void set_supervisor(const Supervisor& given) noexcept { supervisor = given.signals; }

StopSignals::StopSignals() {
  first_signal = 0;
  for (auto& count : signals_from) count = 0;
  static_cast<void>(wake_event());
  // Also if whoever started the program has turned Ctrl-C off for it.
  SetConsoleCtrlHandler(nullptr, FALSE);
  if (!SetConsoleCtrlHandler(on_console_event, TRUE)) {
    throw std::system_error(error_here(), "cannot catch console events");
  }
  if (supervisor == kNothing) return;
  const HANDLE thread = CreateThread(nullptr, 0, take_passed_on, nullptr, 0, nullptr);
  if (thread == nullptr) throw std::system_error(error_here(), "cannot start a thread");
  CloseHandle(thread);
}

StopSignals::~StopSignals() { SetConsoleCtrlHandler(on_console_event, FALSE); }

void StopSignals::wait(std::chrono::milliseconds timeout) {
  WaitForSingleObject(wake_event(), static_cast<DWORD>(timeout.count()));
  ResetEvent(wake_event());
}

Waitable StopSignals::native() const noexcept { return waitable_of(wake_event()); }

void StopSignals::wake() noexcept { SetEvent(wake_event()); }

int StopSignals::received() const noexcept { return first_signal; }

std::string StopSignals::received_name() const {
  switch (received()) {
    case CTRL_C_EVENT + 1:
      return "CTRL_C";
    case CTRL_BREAK_EVENT + 1:
      return "CTRL_BREAK";
    case CTRL_CLOSE_EVENT + 1:
      return "CTRL_CLOSE";
    case CTRL_LOGOFF_EVENT + 1:
      return "CTRL_LOGOFF";
    case CTRL_SHUTDOWN_EVENT + 1:
      return "CTRL_SHUTDOWN";
    case kSupervisorEnded:
      return "SUPERVISOR_ENDED";
    default:
      return {};
  }
}

WatchedProcess::WatchedProcess(std::uint32_t process) noexcept {
  const HANDLE handle = OpenProcess(SYNCHRONIZE, FALSE, process);
  process_ = handle == nullptr ? kNothing : waitable_of(handle);
}

WatchedProcess::WatchedProcess(WatchedProcess&& other) noexcept
    : process_(std::exchange(other.process_, kNothing)) {}

WatchedProcess& WatchedProcess::operator=(WatchedProcess&& other) noexcept {
  std::swap(process_, other.process_);
  return *this;
}

WatchedProcess::~WatchedProcess() {
  if (process_ != kNothing) CloseHandle(handle_of(process_));
}

bool WatchedProcess::ended() const noexcept {
  return process_ != kNothing && WaitForSingleObject(handle_of(process_), 0) == WAIT_OBJECT_0;
}

std::string command_of(std::uint32_t process) {
  const HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
  if (handle == nullptr) return "?";
  std::array<wchar_t, 4096> path{};
  auto size = static_cast<DWORD>(path.size());
  const bool known = QueryFullProcessImageNameW(handle, 0, path.data(), &size) != 0;
  CloseHandle(handle);
  return known ? to_utf8(std::filesystem::path(path.data()).filename()) : "?";
}

// Users are no numbers here, and nobody acts as another.
std::uint32_t owner_of(const std::string&) { return 0; }

bool is_root() noexcept { return false; }

ActAs::ActAs(std::uint32_t) {}

ActAs::~ActAs() = default;

std::thread start_thread(const std::string& name, Scheduling scheduling,
                         std::function<void(bool real_time)> body) {
  return std::thread([name, scheduling, run = std::move(body)] {
    name_thread(name);
    touch_stack();
    const bool wanted = scheduling == Scheduling::real_time;
    const bool real_time = wanted && become_real_time();
    // The next best; it is not told as real time.
    if (wanted && !real_time) SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL);
    run(real_time);
  });
}

void sleep_until(Clock::time_point time) noexcept {
  thread_local const SleepTimer timer;
  for (auto now = Clock::now(); now < time; now = Clock::now()) timer.sleep(time - now);
}

std::error_code create_new_file(const std::string& path) {
  const HANDLE file = CreateFileW(core::os::file_name(path).c_str(), GENERIC_WRITE,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                  CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) return error_here();
  return CloseHandle(file) ? std::error_code() : error_here();
}

// In the code page of the mmioOpenA below it; what has no place there goes by its short name, if
// the volume has such names.
std::string name_for_mmio(const std::string& path) {
  const std::string name = core::to_program(path);
  if (core::from_program(name.c_str()) == path) return name;
  std::array<wchar_t, MAX_PATH> shorter{};
  const DWORD size = GetShortPathNameW(core::os::file_name(path).c_str(), shorter.data(),
                                       static_cast<DWORD>(shorter.size()));
  if (size == 0 || size >= shorter.size()) return name;
  return core::to_program(core::os::to_utf8(std::wstring_view(shorter.data(), size)));
}

std::error_code sync_data(std::uint32_t os_handle) noexcept {
  const auto handle = reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(os_handle));
  return FlushFileBuffers(handle) ? std::error_code() : error_here();
}

std::error_code sync_directory_of(const std::string&) {
  return std::make_error_code(std::errc::not_supported);
}

void clear_last_error() noexcept { SetLastError(ERROR_SUCCESS); }

std::error_code last_error() noexcept {
  return GetLastError() == ERROR_SUCCESS ? std::error_code() : error_here();
}

// A handle that is missing stays so: no file gets its number here.
void prepare_standard_handles() noexcept {
  for (std::FILE* const file : {stdin, stdout, stderr}) {
    if (_fileno(file) >= 0) static_cast<void>(_setmode(_fileno(file), _O_BINARY));
  }
}

bool write_text(std::FILE* file, std::string_view text) noexcept {
  if (const HANDLE console = console_behind(file)) return write_console(console, text);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fflush(file) == 0 && written;
}

InputResult read_input(std::span<std::byte> into) noexcept { return input_pump().take(into); }

void stop_input() noexcept { input_pump().stop(); }

bool input_is_terminal() noexcept { return console_behind(stdin) != nullptr; }

bool error_output_is_terminal() noexcept { return console_behind(stderr) != nullptr; }

std::size_t error_output_columns() noexcept {
  CONSOLE_SCREEN_BUFFER_INFO info{};
  const HANDLE console = console_behind(stderr);
  if (console == nullptr || !GetConsoleScreenBufferInfo(console, &info)) return 80;
  return static_cast<std::size_t>(std::max(2, info.srWindow.Right - info.srWindow.Left + 1));
}

}  // namespace ringproc::tool::os
