#include "bad_disk/faults.hpp"

#include <errno.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace bad_disk {
namespace {

constexpr std::array<std::string_view, kCalls> kNames{
    "getattr", "open",  "create",   "opendir",   "readdir",  "read",   "write",
    "direct",  "fsync", "fsyncdir", "fallocate", "truncate", "rename", "unlink",
    "mkdir",   "rmdir", "flush",    "chmod",     "utimens",  "statfs"};
constexpr std::chrono::seconds kPatience{20};

}  // namespace

std::optional<Call> call_named(std::string_view name) {
  const auto at = std::ranges::find(kNames, name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<Call>(at - kNames.begin());
}

Verdict Faults::pass(Call call, const std::string& name) {
  std::unique_lock lock(m_);
  ++counts_[static_cast<std::size_t>(call)];
  changed_.notify_all();
  const auto rule = turn_of(call, name);
  if (!rule) return {};
  Verdict verdict;
  switch (rule->effect) {
    case Effect::error:
      verdict.error = static_cast<int>(rule->value);
      break;
    case Effect::limit:
      verdict.limit = static_cast<std::size_t>(rule->value);
      break;
    case Effect::full:
      verdict.full = true;
      break;
    case Effect::lie:
      verdict.lie = true;
      break;
    case Effect::hang:
      return hang(lock);
    case Effect::delay:
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(rule->value));
  }
  return verdict;
}

// Every rule counts the call, the first whose turn it is has it. Under m_.
std::optional<Rule> Faults::turn_of(Call call, const std::string& name) {
  std::optional<Rule> found;
  for (Rule& rule : rules_) {
    if (rule.call != call || (!rule.name.empty() && rule.name != name)) continue;
    if (rule.skip > 0) {
      --rule.skip;
    } else if (rule.left > 0 && !found) {
      --rule.left;
      found = rule;
    }
  }
  return found;
}

Verdict Faults::hang(std::unique_lock<std::mutex>& lock) {
  ++hanging_;
  changed_.notify_all();
  const auto mine = releases_.size();
  changed_.wait(lock, [&] { return releases_.size() > mine; });
  Verdict verdict;
  if (releases_[mine] == Ending::error) verdict.error = EIO;
  verdict.half = releases_[mine] == Ending::half;
  return verdict;
}

void Faults::count_direct() {
  const std::lock_guard lock(m_);
  ++counts_[static_cast<std::size_t>(Call::direct)];
}

void Faults::add(Rule rule) {
  const std::lock_guard lock(m_);
  rules_.push_back(std::move(rule));
}

void Faults::clear() {
  release(Ending::full);
  const std::lock_guard lock(m_);
  rules_.clear();
}

// In force at once, whenever the threads that hung get to run: who asks next what hangs is not told
// of them.
void Faults::release(Ending ending) {
  {
    const std::lock_guard lock(m_);
    std::erase_if(rules_, [](const Rule& rule) { return rule.effect == Effect::hang; });
    releases_.push_back(ending);
    hanging_ = 0;
  }
  changed_.notify_all();
}

std::uint64_t Faults::await_hanging(std::uint64_t wanted) {
  std::unique_lock lock(m_);
  changed_.wait_for(lock, kPatience, [&] { return hanging_ >= wanted; });
  return hanging_;
}

std::uint64_t Faults::await_count(Call call, std::uint64_t wanted) {
  std::unique_lock lock(m_);
  const auto& count = counts_[static_cast<std::size_t>(call)];
  changed_.wait_for(lock, kPatience, [&] { return count >= wanted; });
  return count;
}

}  // namespace bad_disk
