// A line of the table: what is promised, what was measured, and whether the one meets the other.
// Plain data; one thread.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

// What a target speaks of: ours / theirs, ours alone, or ours - theirs.
enum class Judged { ratio, ours, difference };
enum class Bound { at_most, at_least };

struct RowSpec {
  std::string name;
  std::string what;
  std::string against;  // empty: the target is absolute
  std::string target;
  std::string unit;  // of ours and theirs
  Judged judged = Judged::ratio;
  Bound bound = Bound::at_most;
  double limit = 0;
};

// One turn of each arm.
struct Turn {
  double ours = 0;
  std::optional<double> theirs;
};

struct Measured {
  std::vector<Turn> turns;
  std::string note;
  nlohmann::json raw = nlohmann::json::object();  // whatever else is worth keeping
  std::string not_run;                            // why there are no turns
};

// Something that this machine or this user cannot do: no fault of the program's.
class NotHere : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[nodiscard]] double median(std::vector<double> values);

struct Row {
  RowSpec spec;
  Measured measured;
  std::string group;

  [[nodiscard]] bool ran() const { return !measured.turns.empty(); }
  // Of the turns; none without theirs.
  [[nodiscard]] std::vector<double> ratios() const;
  // Medians over the turns. Requires: ran().
  [[nodiscard]] double ours() const;
  [[nodiscard]] std::optional<double> theirs() const;
  // By the medians over the turns. None if the row was not run.
  [[nodiscard]] std::optional<bool> met() const;

  [[nodiscard]] nlohmann::json json() const;
};

// What a row's process hands to its parent.
void to_json(nlohmann::json& to, const Measured& from);
void from_json(const nlohmann::json& from, Measured& to);

}  // namespace bench
