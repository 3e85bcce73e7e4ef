// What is to go wrong, and when. Every call of the file system passes here first: it is counted,
// and the first rule whose turn it is decides how it goes. Any thread.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bad_disk {

enum class Call {
  getattr,
  open,
  create,
  opendir,
  readdir,
  read,
  write,
  direct,  // counted only: a write past the page cache, beside `write`
  fsync,
  fsyncdir,
  fallocate,
  truncate,
  rename,
  unlink,
  mkdir,
  rmdir,
  flush,  // one close() of a descriptor
  chmod,
  utimens,
  statfs,
  number,
};
inline constexpr auto kCalls = static_cast<std::size_t>(Call::number);

[[nodiscard]] std::optional<Call> call_named(std::string_view name);

enum class Effect {
  error,  // the call fails with errno `value`
  limit,  // a write takes no more than `value` bytes
  lie,    // a sync says that it has done what it has not
  full,   // a write that makes the file longer fails with ENOSPC
  hang,   // the call waits until it is released
  delay,  // it takes `value` milliseconds longer
};
enum class Ending { full, half, error };

struct Rule {
  Call call = Call::write;
  std::uint64_t skip = 0;  // calls that are still to pass
  std::uint64_t left = 0;  // calls that are still to get it
  Effect effect = Effect::error;
  std::uint64_t value = 0;
  std::string name;  // of the file; empty: any
};

// How a call goes on.
struct Verdict {
  int error = 0;  // errno; 0: none
  std::size_t limit = SIZE_MAX;
  bool half = false;
  bool full = false;
  bool lie = false;
};

class Faults {
 public:
  // Blocks: as long as a rule says.
  [[nodiscard]] Verdict pass(Call call, const std::string& name);
  void count_direct();

  void add(Rule rule);
  // No rules any more; what hangs goes on.
  void clear();
  // What hangs ends so; nothing else hangs.
  void release(Ending ending);
  // Waits until so many calls hang, or were made; 20 s at the most. Returns: how many.
  [[nodiscard]] std::uint64_t await_hanging(std::uint64_t wanted);
  [[nodiscard]] std::uint64_t await_count(Call call, std::uint64_t wanted);

 private:
  [[nodiscard]] std::optional<Rule> turn_of(Call call, const std::string& name);
  [[nodiscard]] Verdict hang(std::unique_lock<std::mutex>& lock);

  std::mutex m_;
  std::condition_variable changed_;
  std::vector<Rule> rules_;
  std::array<std::uint64_t, kCalls> counts_{};
  std::uint64_t hanging_ = 0;     // not those that are released and have not gone on yet
  std::vector<Ending> releases_;  // how each went
};

}  // namespace bad_disk
