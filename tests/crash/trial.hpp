// One run of a writer that is killed: its directories, its environment, the recovery after it, and
// the comparison of the file with the model. Used by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crash/crash_log.hpp"
#include "crash/process.hpp"

namespace crash {

// Sums over the trials of this process; printed at its end.
struct Tally {
  std::uint64_t trials = 0;
  std::uint64_t accepted_bytes = 0;  // in writes that had returned
  std::uint64_t missing_bytes = 0;   // of these, not in the file
  std::uint64_t stalls = 0;
  std::uint64_t grown = 0;  // trials whose ring held more than it began with
  void print(const std::string& title) const;
};
Tally& tally();

// The base of all seeds: RINGPROC_SEED or the time. Printed once.
std::uint64_t base_seed();
// Of RINGPROC_CRASH_SEEDS (default 200) the part of one of so many tests, at least 1.
std::uint64_t seeds_for_one_of(std::uint64_t tests, std::uint64_t default_total = 200);

// Whether files of the trials can be written past the page cache.
[[nodiscard]] bool can_write_direct();

struct Verdict {
  std::string complaint;  // empty: the file is what the contract allows
  std::uint64_t accepted_bytes = 0;
  std::uint64_t missing_bytes = 0;
};

struct Delay {
  int write_ms = 0;  // each write call of the process on FILE takes so much longer
};

// With RINGPROC_MUTANT set, all programs are those that obey it: tests/crash/mutants runs them so.
[[nodiscard]] bool with_mutant();
[[nodiscard]] const char* writer_program();
[[nodiscard]] const char* recover_program();

class Trial {
 public:
  // directory: where FILE is; empty: a fresh one.
  Trial(std::string scenario, std::uint64_t seed, std::string directory = "");
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  // Starts crash_writer SCENARIO[end] FILE SEED LOG [count].
  Process start(const std::string& options, const std::string& end = "", std::uint64_t count = 0,
                Delay delay = {}, const Words& more = {},
                const std::function<bool()>& before_exec = {});
  [[nodiscard]] Words writer_words(const std::string& end, std::uint64_t count) const;
  // Starts crash_forker CHILD AFTER SCENARIO FILE SEED LOG count.
  [[nodiscard]] Process start_forker(const std::string& child, const std::string& after,
                                     const std::string& options, std::uint64_t count,
                                     Delay delay = {}) const;
  [[nodiscard]] Words environment(const std::string& options, Delay delay = {}) const;
  void use_probed() { probed_ = true; }

  // Waits until the log's phase is this. Returns: false if the program ended before.
  bool await_phase(const Process& program, std::uint32_t phase) const;
  // Waits for `returned` operations, spins a little more and kills. Returns: false if the writer
  // ended before.
  bool kill_after(Process& writer, std::uint64_t returned, std::uint64_t spins);

  // Recovery: `ringproc recover -q`. Returns: its status.
  int recover(Delay delay = {}) const;
  // The ways a dead writer's bytes get home: 0 recover, 1 an open of that file, 2 a process's first
  // open of another file, then recover. Returns: what went wrong, or nothing.
  std::string recover_by(unsigned way) const;

  // Compares FILE with the model after returned..issued operations, and counts.
  Verdict verify();
  // As verify(); then runs recovery once more: it must find nothing to do and leave nothing behind.
  std::string verify_all();
  // "scenario append, seed 7, returned 12, issued 13: " and so on, for messages.
  [[nodiscard]] std::string name() const;

  [[nodiscard]] Log& log() { return *log_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& regions() const { return regions_; }
  // Changes RINGPROC_REGIONS: Missing: it does not exist; NotATmpfs: on the disk beside FILE.
  void use_regions(std::string_view kind);
  // Entries below the regions' directory, sorted; empty: nothing is left.
  [[nodiscard]] std::vector<std::string> region_files() const;
  [[nodiscard]] std::string on_disk() const;
  [[nodiscard]] std::string log_text() const;  // what the library told RINGPROC_LOG
  // Forgets everything: fresh log, no file, no regions. For the next kill point.
  void again();

 private:
  std::string scenario_;
  std::uint64_t seed_;
  std::string directory_;
  bool owns_directory_;
  std::string memory_;   // below /dev/shm
  std::string regions_;  // RINGPROC_REGIONS
  std::string file_;
  Log* log_ = nullptr;
  bool probed_ = false;
};

}  // namespace crash
