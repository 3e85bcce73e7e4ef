// One run of the program with one failure, from a clean directory to the judgement. Any thread, one
// trial at a time in one workplace.
#pragma once

#include <string>

#include "sweep/judge.hpp"

namespace sweep {

enum class Verdict { not_met, success, told, logged, crash, hang, wrong };

struct Outcome {
  Verdict verdict = Verdict::not_met;  // the k-th call never came
  std::string text;                    // what happened, if it is not as it may be
  std::string where;                   // which call it was
  std::set<std::int64_t> errors;       // that the program was told
};

struct Programs {
  std::string subject;
  std::string recoverer;  // the program `ringproc`
};

// Two directories of its own, one on the disk, one in memory, removed at the end.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] const std::string& disk() const { return disk_; }
  // Of programs that work here: places for regions and log, and the options.
  [[nodiscard]] crash::Words environment(const std::string& options) const;

  Outcome run(const Programs& programs, Subject subject, const std::string& options,
              const Injection& injection);

 private:
  void empty() const;
  [[nodiscard]] bool has_regions() const;

  std::string disk_;
  std::string memory_;
};

}  // namespace sweep
