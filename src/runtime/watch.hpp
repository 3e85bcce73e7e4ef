// What the service knows of one file: how fast its bytes come, and what memory its ring needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>

#include "file/file.hpp"

namespace ringproc::core {

inline constexpr std::chrono::seconds kIdleAfter{5};  // without a byte, the next one rings
inline constexpr Clock::duration kShortestLook = std::chrono::milliseconds(2);

// Files by when they are looked at next.
using Looks = std::set<std::pair<Clock::time_point, std::uint64_t>>;

// Threads: the service thread, after it was made.
struct Watch {
  static constexpr std::uint64_t kUnknown = UINT64_MAX;

  // Throws: std::bad_alloc.
  explicit Watch(const std::shared_ptr<File>& file);

  std::weak_ptr<File> owner;  // gone: closed, and soon removed from the service
  // While it stands in Looks, its key there; else its node, so that looking again needs no memory.
  Looks::value_type next_look{};
  Looks::node_type node;
  bool mapped = false;  // the first pages
  Clock::time_point last_look{};
  Clock::time_point last_byte{};    // when bytes were last seen to arrive
  Clock::time_point oldest{};       // no byte that is pending was accepted before this
  std::uint64_t seen_accepted = 0;  // at last_look
  double bytes_per_second = 0;      // before last_look
  bool idle = true;                 // the writer's next byte rings
  // What the ring needed, in this window of time and the one before; what it is to keep to (0: as
  // it is).
  Clock::time_point window_began{};
  std::uint64_t needed = 0;
  std::uint64_t needed_before = kUnknown;
  std::uint64_t keep = 0;

  [[nodiscard]] Clock::duration time_of_a_block() const;
  [[nodiscard]] std::uint64_t worth_a_write(File& file) const;
  bool grow_ahead(File& file, Clock::time_point now);
  [[nodiscard]] Clock::duration until_next_growth(File& file) const;
  // What is to be done about memory that is not needed: nothing, now, a little later.
  enum class GiveBack { done, goes_on, try_again };
  [[nodiscard]] GiveBack give_back(File& file, Clock::time_point now, bool is_idle);

 private:
  void measure(std::uint64_t accepted, Clock::time_point now);
};

}  // namespace ringproc::core
