#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "exit_status.hpp"
#include "os.hpp"

namespace ringproc::tool::os {
namespace {

constexpr std::array<int, 3> kStopSignals = {SIGINT, SIGTERM, SIGHUP};
constexpr int kRealTimePriority =
    40;  // below the kernel's interrupt threads (50), which the disk needs
constexpr std::size_t kTouchedStackBytes = 64 * 1024;

std::error_code error_here() noexcept { return {errno, std::generic_category()}; }

// A pipe that makes poll() return: written from handlers and other threads, never blocks.
class WakePipe {
 public:
  WakePipe() {
    if (pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
      throw std::system_error(error_here(), "cannot make a pipe");
    }
  }
  ~WakePipe() {
    for (const int end : ends_)
      static_cast<void>(close(end));  // nothing was written that could be lost
  }
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;

  [[nodiscard]] int read_end() const noexcept { return ends_[0]; }
  void wake() const noexcept {
    const char byte = 0;
    static_cast<void>(!write(ends_[1], &byte, 1));  // a full pipe wakes as well
  }
  void drain() const noexcept {
    std::array<char, 64> bytes{};
    while (read(ends_[0], bytes.data(), bytes.size()) > 0) {
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

WakePipe& signal_pipe() {
  static WakePipe pipe;
  return pipe;
}

WakePipe& input_pipe() {
  static WakePipe pipe;
  return pipe;
}

// The first stop signal's number. Written by the handler, in whatever thread it runs (only main's
// does not block it); the exchange decides which signal was first.
std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);

// How many came, passed on by the supervisor or not.
std::array<std::atomic<int>, 2> signals_from{};
std::atomic<pid_t> supervisor{0};

extern "C" void on_stop_signal(int number, siginfo_t* info, void*) {
  const int saved = errno;
  const pid_t parent = supervisor;
  const std::size_t from = parent != 0 && info->si_code <= 0 && info->si_pid == parent ? 1 : 0;
  if (signals_from[from].fetch_add(1) > 0) {
    constexpr std::string_view kText =
        "\nringproc: forced by a second signal; what was being written is not finished\n";
    static_cast<void>(!write(STDERR_FILENO, kText.data(), kText.size()));
    _exit(static_cast<int>(ExitStatus::forced));
  }
  int none = 0;
  static_cast<void>(first_signal.compare_exchange_strong(none, number));
  signal_pipe().wake();
  errno = saved;
}

bool catch_signal(int number) noexcept {
  struct sigaction action {};
  action.sa_sigaction = on_stop_signal;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  return sigemptyset(&action.sa_mask) == 0 && sigaction(number, &action, nullptr) == 0;
}

bool set_handler(int number, void (*handler)(int)) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  return sigemptyset(&action.sa_mask) == 0 && sigaction(number, &action, nullptr) == 0;
}

bool is_ignored(int number) noexcept {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void touch_stack() noexcept {
  std::array<char, kTouchedStackBytes> bytes;
  std::memset(bytes.data(), 1, bytes.size());
  std::atomic_signal_fence(
      std::memory_order_seq_cst);  // keeps the compiler from dropping the stores
  static_cast<void>(bytes.back());
}

bool become_real_time() noexcept {
  sched_param parameters{};
  parameters.sched_priority = kRealTimePriority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

}  // namespace

// The bytes that were typed: whatever encoding the terminal has, names are not interpreted.
std::vector<std::string> arguments(int argc, const char* const* argv) {
  return argc > 0 ? std::vector<std::string>{argv, argv + argc} : std::vector<std::string>(1);
}

void set_supervisor(const Supervisor& given) noexcept {
  supervisor = static_cast<pid_t>(given.process);
}

StopSignals::StopSignals() {
  first_signal = 0;
  for (auto& count : signals_from) count = 0;
  static_cast<void>(signal_pipe());
  static_cast<void>(set_handler(SIGPIPE, SIG_IGN));
  static_cast<void>(set_handler(SIGXFSZ, SIG_IGN));
  for (const int number : kStopSignals) {
    if (number == SIGHUP && is_ignored(number)) continue;
    if (!catch_signal(number)) {
      throw std::system_error(error_here(), "cannot catch signals");
    }
  }
}

StopSignals::~StopSignals() {
  for (const int number : kStopSignals) {
    if (!is_ignored(number)) static_cast<void>(set_handler(number, SIG_DFL));
  }
}

void StopSignals::wait(std::chrono::milliseconds timeout) {
  pollfd woken{signal_pipe().read_end(), POLLIN, 0};
  static_cast<void>(poll(&woken, 1, static_cast<int>(timeout.count())));  // EINTR: a signal came
  signal_pipe().drain();
}

Waitable StopSignals::native() const noexcept { return signal_pipe().read_end(); }

void StopSignals::wake() noexcept { signal_pipe().wake(); }

int StopSignals::received() const noexcept { return first_signal; }

std::string StopSignals::received_name() const {
  switch (received()) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return {};
  }
}

WatchedProcess::WatchedProcess(std::uint32_t process) noexcept
    : process_(static_cast<Waitable>(syscall(SYS_pidfd_open, static_cast<pid_t>(process), 0))) {}

WatchedProcess::WatchedProcess(WatchedProcess&& other) noexcept
    : process_(std::exchange(other.process_, kNothing)) {}

WatchedProcess& WatchedProcess::operator=(WatchedProcess&& other) noexcept {
  std::swap(process_, other.process_);
  return *this;
}

WatchedProcess::~WatchedProcess() {
  if (process_ != kNothing) static_cast<void>(close(static_cast<int>(process_)));
}

bool WatchedProcess::ended() const noexcept {
  pollfd wanted{static_cast<int>(process_), POLLIN, 0};
  return poll(&wanted, 1, 0) == 1;
}

std::string command_of(std::uint32_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  return std::getline(file, name) ? name : "?";
}

std::uint32_t owner_of(const std::string& path) {
  struct stat now {};
  return lstat(path.c_str(), &now) == 0 ? now.st_uid : 0;
}

bool is_root() noexcept { return geteuid() == 0; }

ActAs::ActAs(std::uint32_t user) {
  if (geteuid() != 0 || user == 0) return;
  const passwd* const entry = getpwuid(user);
  const gid_t group = entry != nullptr ? entry->pw_gid : user;
  const bool groups =
      entry != nullptr ? initgroups(entry->pw_name, group) == 0 : setgroups(1, &group) == 0;
  changed_ = true;
  if (!groups || setegid(group) != 0 || seteuid(user) != 0) {
    error_ = "cannot act as user " + std::to_string(user) + ": " + error_here().message();
  }
}

ActAs::~ActAs() {
  if (!changed_) return;
  // Root's rights are given back by the real user; what fails here leaves less than before.
  static_cast<void>(!(seteuid(0) == 0 && setegid(0) == 0 && setgroups(0, nullptr) == 0));
}

std::thread start_thread(const std::string& name, Scheduling scheduling,
                         std::function<void(bool real_time)> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread([name, scheduling, run = std::move(body)] {
    pthread_setname_np(pthread_self(), name.c_str());
    touch_stack();
    run(scheduling == Scheduling::real_time && become_real_time());
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

void sleep_until(Clock::time_point time) noexcept {
  if (Clock::now() >= time) return;
  const auto since = std::chrono::nanoseconds(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const timespec when{static_cast<time_t>(seconds.count()),
                      static_cast<long>((since - seconds).count())};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) {
  }
}

std::error_code create_new_file(const std::string& path) {
  const int handle = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (handle < 0) return error_here();
  return close(handle) == 0 ? std::error_code() : error_here();
}

std::string name_for_mmio(const std::string& path) { return path; }

std::error_code sync_data(std::uint32_t os_handle) noexcept {
  while (fdatasync(static_cast<int>(os_handle)) != 0) {
    if (errno != EINTR) return error_here();
  }
  return {};
}

std::error_code sync_directory_of(const std::string& path) {
  std::error_code error;
  const auto directory = std::filesystem::absolute(path, error).parent_path();
  if (error) return error;
  const int handle = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return error_here();
  const std::error_code result = fsync(handle) == 0 ? std::error_code() : error_here();
  static_cast<void>(close(handle));  // nothing was written through it
  return result;
}

void clear_last_error() noexcept { errno = 0; }

std::error_code last_error() noexcept { return error_here(); }

// The lowest free number is taken, so each missing handle gets its own. Input is opened for
// writing.
void prepare_standard_handles() noexcept {
  constexpr std::array<int, 3> kModes = {O_WRONLY, O_RDWR, O_RDWR};
  for (int handle = 0; handle < 3; ++handle) {
    if (fcntl(handle, F_GETFD) != -1) continue;
    // Where there is no /dev/null nothing better can be done.
    static_cast<void>(!open("/dev/null", kModes[static_cast<std::size_t>(handle)]));
  }
}

bool write_text(std::FILE* file, std::string_view text) noexcept {
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fflush(file) == 0 && written;
}

InputResult read_input(std::span<std::byte> into) noexcept {
  std::array<pollfd, 2> wanted{pollfd{STDIN_FILENO, POLLIN, 0},
                               pollfd{input_pipe().read_end(), POLLIN, 0}};
  for (;;) {
    const int ready = poll(wanted.data(), wanted.size(), -1);
    if (ready < 0 && errno != EINTR) return {0, error_here()};
    if (ready <= 0) continue;
    if (wanted[1].revents != 0) return {};
    const ssize_t bytes = read(STDIN_FILENO, into.data(), into.size());
    if (bytes >= 0) return {static_cast<std::size_t>(bytes), {}};
    if (errno != EINTR && errno != EAGAIN) return {0, error_here()};
  }
}

void stop_input() noexcept { input_pipe().wake(); }

bool input_is_terminal() noexcept { return isatty(STDIN_FILENO) == 1; }

bool error_output_is_terminal() noexcept { return isatty(STDERR_FILENO) == 1; }

std::size_t error_output_columns() noexcept {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace ringproc::tool::os
