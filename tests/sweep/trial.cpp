#include "sweep/trial.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace sweep {
namespace {

namespace fs = std::filesystem;

std::string fresh_directory(const std::string& below) {
  std::string name = below + "/ringproc-sweep-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  return name;
}

// The supervisor is the disk. Memory holds its files, so that no real disk is waited for, if they
// can be written past the page cache there (Linux 6.6).
std::string below_disk() {
  std::string name = "/dev/shm/ringproc-sweep-XXXXXX";
  const int made = ::mkstemp(name.data());
  const int direct = made < 0 ? -1 : ::open(name.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC);
  for (const int fd : {made, direct}) {
    if (fd >= 0) ::close(fd);
  }
  if (made >= 0) ::unlink(name.c_str());
  return direct >= 0 ? "/dev/shm" : fs::temp_directory_path().string();
}

std::vector<int> calls_for(const Injection& injection) {
  std::vector<int> all = Disk::calls();
  const bool known = std::find(all.begin(), all.end(), injection.number) != all.end();
  if (injection.number >= 0 && !known) all.push_back(injection.number);
  return all;
}

}  // namespace

Workplace::Workplace()
    : disk_(fresh_directory(below_disk())),
      memory_(fresh_directory(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")) {
  empty();
}

Workplace::~Workplace() {
  std::error_code ignored;
  fs::remove_all(disk_, ignored);
  fs::remove_all(memory_, ignored);
}

void Workplace::empty() const {
  for (const std::string& each : {disk_, memory_}) {
    for (const auto& entry : fs::directory_iterator(each)) fs::remove_all(entry);
  }
  fs::create_directory(memory_ + "/regions");
}

crash::Words Workplace::environment(const std::string& options) const {
  crash::Words all{"RINGPROC_REGIONS=" + memory_ + "/regions", "RINGPROC_OPTIONS=" + options,
                   "RINGPROC_LOG=" + memory_ + "/log"};
  // What else is set for RINGPROC_ is kept from programs.
  if (const char* const mutant = std::getenv("RINGPROC_MUTANT")) {
    all.push_back(std::string("RINGPROC_MUTANT=") + mutant);
  }
  return all;
}

bool Workplace::has_regions() const {
  for (const auto& entry : fs::recursive_directory_iterator(memory_ + "/regions")) {
    if (entry.is_regular_file()) return true;
  }
  return false;
}

Outcome Workplace::run(const Programs& programs, Subject subject, const std::string& options,
                       const Injection& injection) {
  empty();
  Judge judge(subject, injection, disk_, memory_ + "/regions", memory_ + "/log");
  const auto settings = environment(options);
  crash::Words words{programs.subject, "write", judge.file(), judge.other()};
  if (subject == Subject::recoverer) {
    if (crash::run({programs.subject, "die", judge.file()}, settings) != crash::kKilled ||
        !has_regions()) {
      throw std::runtime_error("no dead region could be made");
    }
    words = {programs.subject, "recover", judge.file()};
  }
  Supervised program(words, settings, calls_for(injection));
  const Ending ending = program.run(judge);
  Outcome outcome;
  outcome.where = judge.where();
  outcome.errors = judge.told();
  if (ending.how != Ended::by_itself || ending.status != 0) {
    outcome.verdict = ending.how == Ended::hung ? Verdict::hang : Verdict::crash;
    outcome.text = ending.how == Ended::hung        ? "does not end"
                   : ending.how == Ended::by_signal ? ::strsignal(ending.status)
                                                    : "status " + std::to_string(ending.status);
    return outcome;
  }
  const bool logged = judge.logged();
  if (has_regions()) {
    // Status 9: not everything could be; what is left says so.
    static_cast<void>(crash::run({programs.recoverer, "recover", "-q"}, settings));
  }
  judge.look_at_what_is_left();
  outcome.text = judge.complaint();
  outcome.verdict = !outcome.text.empty()   ? Verdict::wrong
                    : !judge.hit()          ? Verdict::not_met
                    : !judge.told().empty() ? Verdict::told
                    : logged                ? Verdict::logged
                                            : Verdict::success;
  return outcome;
}

}  // namespace sweep
