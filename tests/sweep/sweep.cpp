// Every system call fails once: for each call that the library makes, each error, and k = 1, 2, ...
// a small but complete program runs in which the k-th such call fails, until a run has no k-th. The
// outcome must be success with the right bytes, or an error that is told; never a hang, a crash, or
// a claim that is not true. One command; see usage().
#include <getopt.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ringproc/ringproc.h"
#include "sweep/calls.hpp"
#include "sweep/trial.hpp"

namespace sweep {
namespace {

void usage() {
  std::puts(
      "usage: sweep [--quick] [--json] [--jobs N] [--call NAME] [--error NUMBER] [--only K]\n"
      "             [--program writer|recoverer]\n"
      "Lets the k-th system call of a program that uses ringproc fail, for each call, error and "
      "k,\n"
      "and judges what the program was told. Prints a table.\n"
      "  --quick         one error for each call, one set of options: at most four minutes\n"
      "  --json          the table as JSON\n"
      "  --jobs N        so many runs at once (default 2)\n"
      "  --call NAME     only this call\n"
      "  --error NUMBER  only this error (0: a short write)\n"
      "  --only K        only the K-th call, told in full\n"
      "  --program P     only the writer, or the program that recovers a dead one's region\n"
      "Exit status: 0 all outcomes are as they may be, 1 one is not, 2 usage, 77 not possible "
      "here.");
}

struct Settings {
  bool quick = false;
  bool json = false;
  unsigned jobs = 2;
  std::string call;
  int error = -1;
  long only = 0;
  std::string program;
};

struct Setup {
  const char* name;
  Subject subject;
  const char* options;
};

// So old that no timer writes anything: what happens is what the program asked for.
const std::array<Setup, 4> kSetups{{
    {"writer", Subject::writer, "age=3600s"},
    {"recoverer", Subject::recoverer, "age=3600s"},
    {"writer, small ring, direct, zeros ahead", Subject::writer,
     "age=3600s,ring=64K,memory_limit=2M,direct=on,preallocate=written"},
    {"writer, process memory, durable close, time-outs", Subject::writer,
     "age=3600s,survive=off,close=device,write_timeout=10s,flush_timeout=10s"},
}};

struct Row {
  const Setup* setup = nullptr;
  const SweptCall* call = nullptr;
  int error = 0;
  long swept = 0;
  std::map<Verdict, long> verdicts;
  std::set<std::int64_t> errors;
  std::vector<std::string> wrong;  // outcomes that must not be
};

const char* name_of(int error) { return error == kShort ? "short" : strerrorname_np(error); }

// k = 1, 2, ... Threads make calls in changing order, so one run without a k-th may be chance.
void sweep_row(const Programs& programs, Workplace& place, const Settings& settings, Row& row) {
  constexpr int kRunsWithout = 2;
  int without = 0;
  for (long k = settings.only > 0 ? settings.only : 1; without < kRunsWithout; ++k) {
    const Outcome outcome = place.run(programs, row.setup->subject, row.setup->options,
                                      {row.call->number, row.error, k});
    const std::string text = std::string(row.setup->name) + ": " + row.call->name + " " +
                             name_of(row.error) + ", number " + std::to_string(k) + " " +
                             outcome.where + ": " + outcome.text;
    const bool bad = outcome.verdict >= Verdict::crash;
    if (bad) row.wrong.push_back(text);
    if (settings.only > 0) {
      std::printf("%s verdict %d\n", text.c_str(), static_cast<int>(outcome.verdict));
      for (const std::int64_t each : outcome.errors)
        std::printf("  told: %s\n", ringproc_strerror(each));
    }
    if (outcome.verdict == Verdict::not_met) {
      ++without;
    } else {
      without = 0;
      ++row.swept;
      ++row.verdicts[outcome.verdict];
      row.errors.insert(outcome.errors.begin(), outcome.errors.end());
    }
    if (settings.only > 0) return;
  }
}

std::vector<Row> rows_of(const Settings& settings) {
  std::vector<Row> rows;
  for (const Setup& setup : kSetups) {
    const bool wanted = settings.program.empty() ||
                        (settings.program == "writer") == (setup.subject == Subject::writer);
    if (!wanted || (settings.quick && &setup >= &kSetups[2])) continue;
    for (const SweptCall& call : swept_calls()) {
      if (!settings.call.empty() && settings.call != call.name) continue;
      for (const int error : call.errors) {
        if (settings.error >= 0 && settings.error != error) continue;
        Row row;
        row.setup = &setup;
        row.call = &call;
        row.error = error;
        rows.push_back(row);
        if (settings.quick) break;
      }
    }
  }
  return rows;
}

void print_table(const std::vector<Row>& rows) {
  const Setup* setup = nullptr;
  for (const Row& row : rows) {
    if (row.setup != setup) {
      setup = row.setup;
      std::printf("\n%s (%s)\n%-16s %-10s %5s %8s %5s %7s %6s %5s %6s\n", setup->name,
                  setup->options, "call", "error", "k", "success", "told", "logged", "crash",
                  "hang", "wrong");
    }
    if (row.swept == 0 && row.wrong.empty()) continue;  // the program makes no such call
    const auto count = [&](Verdict v) {
      const auto at = row.verdicts.find(v);
      return at == row.verdicts.end() ? 0 : at->second;
    };
    std::printf("%-16s %-10s %5ld %8ld %5ld %7ld %6ld %5ld %6ld\n", row.call->name,
                name_of(row.error), row.swept, count(Verdict::success), count(Verdict::told),
                count(Verdict::logged), count(Verdict::crash), count(Verdict::hang),
                count(Verdict::wrong));
  }
  std::puts("");
}

std::string quoted(const std::string& text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    all += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return all + "\"";
}

void print_json(const std::vector<Row>& rows) {
  std::puts("[");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::printf(
        "  {\"program\": %s, \"options\": %s, \"call\": \"%s\", \"error\": \"%s\", \"k\": %ld",
        quoted(row.setup->name).c_str(), quoted(row.setup->options).c_str(), row.call->name,
        name_of(row.error), row.swept);
    const std::array<std::pair<const char*, Verdict>, 6> names{{{"success", Verdict::success},
                                                                {"told", Verdict::told},
                                                                {"logged", Verdict::logged},
                                                                {"crash", Verdict::crash},
                                                                {"hang", Verdict::hang},
                                                                {"wrong", Verdict::wrong}}};
    for (const auto& [name, verdict] : names) {
      const auto at = row.verdicts.find(verdict);
      std::printf(", \"%s\": %ld", name, at == row.verdicts.end() ? 0 : at->second);
    }
    std::printf(", \"errors_told\": [");
    const char* comma = "";
    for (const std::int64_t error : row.errors) {
      std::printf("%s%s", comma, quoted(ringproc_strerror(error)).c_str());
      comma = ", ";
    }
    std::printf("], \"not_allowed\": [");
    comma = "";
    for (const std::string& each : row.wrong) {
      std::printf("%s%s", comma, quoted(each).c_str());
      comma = ", ";
    }
    std::printf("]}%s\n", i + 1 < rows.size() ? "," : "");
  }
  std::puts("]");
}

Programs programs() {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return {(here / "sweep_subject").string(), SWEEP_RINGPROC};
}

int run(const Settings& settings) {
  std::string reason;
  if (!Supervised::is_possible(&reason)) {
    std::fprintf(stderr, "skipped: %s\n", reason.c_str());
    return 77;
  }
  const Programs used = programs();
  std::vector<Row> rows = rows_of(settings);
  std::atomic<std::size_t> next{0};
  std::mutex printing;
  const bool progress = ::isatty(STDERR_FILENO) == 1;
  const auto work = [&] {
    Workplace place;
    for (std::size_t i = next.fetch_add(1); i < rows.size(); i = next.fetch_add(1)) {
      sweep_row(used, place, settings, rows[i]);
      const std::lock_guard lock(printing);
      if (progress) {
        std::fprintf(stderr, "\r%3zu of %zu: %-16s %-10s", i + 1, rows.size(), rows[i].call->name,
                     name_of(rows[i].error));
      }
      for (const std::string& each : rows[i].wrong) std::fprintf(stderr, "%s\n", each.c_str());
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < settings.jobs; ++i) workers.emplace_back(work);
  }
  if (progress) std::fputs("\r\033[K", stderr);
  long runs = 0;
  std::size_t bad = 0;
  for (const Row& row : rows) runs += row.swept, bad += row.wrong.size();
  settings.json ? print_json(rows) : print_table(rows);
  std::fprintf(settings.json ? stderr : stdout, "%ld failures injected, %zu outcomes not allowed\n",
               runs, bad);
  return bad == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sweep

int main(int argc, char** argv) {
  sweep::Settings settings;
  const option options[] = {{"quick", no_argument, nullptr, 'q'},
                            {"json", no_argument, nullptr, 'j'},
                            {"jobs", required_argument, nullptr, 'n'},
                            {"call", required_argument, nullptr, 'c'},
                            {"error", required_argument, nullptr, 'e'},
                            {"only", required_argument, nullptr, 'k'},
                            {"program", required_argument, nullptr, 'p'},
                            {"help", no_argument, nullptr, 'h'},
                            {}};
  for (int one = 0; (one = ::getopt_long(argc, argv, "h", options, nullptr)) != -1;) {
    switch (one) {
      case 'q':
        settings.quick = true;
        break;
      case 'j':
        settings.json = true;
        break;
      case 'n':
        settings.jobs = static_cast<unsigned>(std::max(1, std::atoi(optarg)));
        break;
      case 'c':
        settings.call = optarg;
        break;
      case 'e':
        settings.error = std::atoi(optarg);
        break;
      case 'k':
        settings.only = std::atol(optarg);
        break;
      case 'p':
        settings.program = optarg;
        break;
      case 'h':
        sweep::usage();
        return 0;
      default:
        sweep::usage();
        return 2;
    }
  }
  return sweep::run(settings);
}
