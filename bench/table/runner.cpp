#include "bench/table/runner.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "bench/table/machine_facts.hpp"
#include "bench/table/progress.hpp"

namespace bench {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kLimit{420};  // of a group: something hangs
constexpr seconds kQuickLimit{90};
constexpr std::uint64_t kSpare = 256 * kMiB;  // left free beside a group's files

volatile sig_atomic_t g_signal = 0;

void note_signal(int number) { g_signal = number; }

std::string text_of(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GiB",
                static_cast<double>(bytes) / static_cast<double>(kGiB));
  return text;
}

void write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n <= 0 && errno != EINTR) return;
    done += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
}

// Reads to the end. Returns: false at a signal or when the time is up.
bool read_all(int fd, std::string& into, steady_clock::time_point until) {
  char part[4096];
  while (steady_clock::now() < until && g_signal == 0) {
    pollfd readable{fd, POLLIN, 0};
    if (::poll(&readable, 1, 200) <= 0) continue;
    const ssize_t n = ::read(fd, part, sizeof part);
    if (n == 0) return true;
    if (n > 0) into.append(part, static_cast<std::size_t>(n));
  }
  return false;
}

// Ends all that is left of a process group, politely first: the file system unmounts itself.
// Orphans of the group are our children, too (PR_SET_CHILD_SUBREAPER).
void end_group(pid_t group) {
  const auto begin = steady_clock::now();
  for (int number = SIGTERM; ::kill(-group, number) == 0;) {
    ::waitpid(-group, nullptr, WNOHANG);
    if (steady_clock::now() - begin > seconds(10)) number = SIGKILL;
    if (steady_clock::now() - begin > seconds(20)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Runner::Runner(const std::string& directory, bool quick) : directory_(directory), quick_(quick) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct sigaction action {};
  action.sa_handler = note_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  std::string name = directory + "/ringproc-compare-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot write in " + directory);
  }
  scratch_ = name;
  // Regions of a process that was killed here concern nobody else.
  std::string regions = "/dev/shm/ringproc-compare-XXXXXX";
  if (::mkdtemp(regions.data()) != nullptr) {
    regions_ = regions;
    ::setenv("RINGPROC_REGIONS", regions_.c_str(), 1);
  }
  ::unsetenv("RINGPROC_OPTIONS");
}

Runner::~Runner() {
  clear_scratch();
  std::error_code ignored;
  std::filesystem::remove(scratch_, ignored);
  if (!regions_.empty()) std::filesystem::remove_all(regions_, ignored);
}

void Runner::clear_scratch() {
  ::umount2((scratch_ + "/mount").c_str(), MNT_DETACH);  // if its server could not
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(scratch_, error)) {
    std::filesystem::remove_all(entry.path(), error);
  }
  const int fd = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  static_cast<void>(::syncfs(fd));  // only so that the next group begins in quiet
  ::close(fd);
}

std::string Runner::obstacle(const Group& group) const {
  const std::uint64_t needed = (quick_ ? group.quick_room_bytes : group.room_bytes) + kSpare;
  const std::uint64_t there = free_bytes(directory_);
  return needed <= there ? "" : "needs " + text_of(needed) + ", free are " + text_of(there);
}

void Runner::be_the_child(const Group& group, int answer_to) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
  nlohmann::json answer;
  try {
    const Context context{scratch_, quick_, [&group](const std::string& text) {
                            progress(group.name + ": " + text);
                          }};
    answer["results"] = group.run(context);
  } catch (const NotHere& reason) {
    answer["not_here"] = reason.what();
  } catch (const std::exception& error) {
    answer["failure"] = error.what();
  }
  write_all(answer_to, answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  ::_exit(0);
}

Runner::Answer Runner::measure(const Group& group) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    ::close(pipe[0]);
    be_the_child(group, pipe[1]);
  }
  ::setpgid(child, child);  // whoever comes first
  ::close(pipe[1]);
  std::string text;
  const bool ended = read_all(pipe[0], text, steady_clock::now() + (quick_ ? kQuickLimit : kLimit));
  ::close(pipe[0]);
  end_group(child);
  clear_scratch();
  if (g_signal != 0) throw Interrupted();
  const auto json = nlohmann::json::parse(text, nullptr, false);
  Answer answer;
  if (!ended) {
    answer.failure = "did not end in time";
  } else if (json.is_discarded()) {
    answer.failure = "ended without an answer";
  } else {
    if (json.contains("results")) answer.results = json.at("results").get<Results>();
    answer.not_here = json.value("not_here", "");
    answer.failure = json.value("failure", "");
  }
  return answer;
}

std::vector<Row> Runner::run(const Group& group) {
  Answer answer;
  answer.not_here = obstacle(group);
  if (answer.not_here.empty()) answer = measure(group);
  if (!answer.failure.empty()) failed_ = true;
  if (!answer.not_here.empty()) left_out_ = true;
  const std::string reason =
      answer.failure.empty() ? "not run here: " + answer.not_here : "failed: " + answer.failure;
  std::vector<Row> rows;
  for (const RowSpec& spec : group.rows) {
    Row row{spec, answer.results[spec.name], group.name};
    if (!row.ran()) row.measured.not_run = reason;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace bench
