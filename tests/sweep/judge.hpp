// Judges one run in which one system call, or one allocation, fails: whether what the program was
// told is true, and whether it was told. Used by one thread.
#pragma once

#include <sys/syscall.h>

#include <cstdint>
#include <set>
#include <string>

#include "sweep/disk.hpp"
#include "sweep/plan.hpp"
#include "sweep/supervised.hpp"

namespace sweep {

inline constexpr int kAllocation = -1;        // instead of a call's number
inline constexpr int kThreadAllocation = -2;  // of the library's own threads
inline constexpr int kShort = 0;              // instead of an error: half of a write is taken

struct Injection {
  int number = SYS_pwritev;
  int error = 0;
  long k = 0;  // which of them, from 1; 0: none
};

enum class Subject { writer, recoverer };

class Judge final : public Supervisor {
 public:
  Judge(Subject subject, const Injection& injection, std::string directory, std::string regions,
        std::string log);

  Answer call(Supervised& program, const Call& call) override;
  // When the program has ended and everything that can be recovered is.
  void look_at_what_is_left();

  [[nodiscard]] bool hit() const { return hit_; }
  // Which call it was: by which thread, on what.
  [[nodiscard]] const std::string& where() const { return where_; }
  // Empty: all is as it may be.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  // The errors that calls returned.
  [[nodiscard]] const std::set<std::int64_t>& told() const { return told_; }
  [[nodiscard]] bool logged() const;

  [[nodiscard]] std::string file() const { return directory_ + "/take.wav"; }
  [[nodiscard]] std::string other() const { return directory_ + "/other.wav"; }

 private:
  [[nodiscard]] bool concerns(const Call& call) const;
  void describe(const Supervised& program, const Call& call);
  Answer mark(const Supervised& program, const Call& call);
  void returned(std::uint64_t op, std::int64_t result, std::uint64_t capabilities);
  void returned_to_recoverer(std::uint64_t op, std::int64_t result);
  void recovered();
  void must_survive_a_power_cut(const char* claim, bool names);
  void must_be_closed(const Supervised& program);
  void complain(const std::string& text);
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string kept_beside() const;
  [[nodiscard]] bool regions_are_left() const;

  const Subject subject_;
  const Injection injection_;
  const std::string directory_;
  const std::string regions_;
  const std::string log_;
  const std::vector<Op>& plan_;
  Disk disk_;
  Model model_;
  bool armed_ = false;
  bool hit_ = false;
  bool on_directory_ = false;  // what was hit
  long count_ = 0;
  std::string where_;
  std::string complaint_;
  std::set<std::int64_t> told_;
  bool names_are_open_ = false;  // a rename has failed, maybe half way
  bool failed_ = false;          // a write or a flush: close must tell
  bool sticky_ = false;          // for good
  bool closed_well_ = false;
  bool ended_ = false;
  std::int64_t other_result_ = -1;
  bool survives_ = false;  // the other file's ring
};

}  // namespace sweep
