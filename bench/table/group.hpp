// Groups of rows that are measured together, each in a process of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/table/row.hpp"

namespace bench {

// What a group's process is given.
struct Context {
  std::string directory;  // empty, on the file system to measure; removed afterwards, come what may
  bool quick = false;
  std::function<void(const std::string&)> say;  // what it is doing, for the progress line

  [[nodiscard]] std::string path(const std::string& name) const { return directory + "/" + name; }
  // Sizes, times and numbers of turns: of the full run, or of a quick one.
  template <typename Value>
  [[nodiscard]] Value pick(Value full, Value of_quick) const {
    return quick ? of_quick : full;
  }
};

using Results = std::map<std::string, Measured>;  // by the rows' names

struct Group {
  std::string name;
  std::vector<RowSpec> rows;
  std::uint64_t room_bytes;  // the most that its files take on the disk
  std::uint64_t quick_room_bytes;
  // Errors: NotHere, or any other exception if it failed.
  std::function<Results(const Context&)> run;
};

// ---- one function per file of this folder ----

[[nodiscard]] std::vector<Group> write_groups();
[[nodiscard]] std::vector<Group> busy_groups();
[[nodiscard]] std::vector<Group> capture_groups();
[[nodiscard]] std::vector<Group> bandwidth_groups();
[[nodiscard]] std::vector<Group> flush_groups();
[[nodiscard]] std::vector<Group> callers_groups();
[[nodiscard]] std::vector<Group> files_groups();
[[nodiscard]] std::vector<Group> open_groups();
[[nodiscard]] std::vector<Group> hang_groups();
[[nodiscard]] std::vector<Group> warm_groups();

// All of them, in the order of the table.
[[nodiscard]] std::vector<Group> all_groups();

// Runs the arms in turns, A B A B.
template <typename Arm, typename Other>
[[nodiscard]] std::vector<Turn> alternate(const Context& context, int turns, Arm ours,
                                          Other theirs) {
  std::vector<Turn> all;
  for (int i = 1; i <= turns; ++i) {
    const std::string which = "turn " + std::to_string(i) + " of " + std::to_string(turns);
    context.say(which + ", ours");
    const double one = ours();
    context.say(which + ", theirs");
    all.push_back({one, theirs()});
  }
  return all;
}

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

}  // namespace bench
