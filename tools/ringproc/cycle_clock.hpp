// Which cycle of a JACK server a call of the process callback stands for, and whether its samples
// are to be had yet.
//
// The server calls once for each cycle, but does not wait for a client: a late one finds that the
// server's clock is ahead of it, and is called again at once for the next cycle. What was played in
// its cycle is still there then, unless the clients before it have played the next one meanwhile:
// then the same samples come twice, and those before them are lost. A clock that stays ahead has
// jumped: there were no cycles, so nobody has what was to be heard in that time.
//
// Plain data of the process callback; blocks and allocates: never.
#pragma once

#include <cstdint>
#include <optional>

namespace ringproc::tool {

class CycleClock {
 public:
  // Frames that are missing, and how many of the frames taken until now come behind them.
  struct Gap {
    std::uint64_t frames = 0;
    std::uint64_t behind = 0;
    friend bool operator==(const Gap&, const Gap&) = default;
  };
  struct Verdict {
    bool take = true;  // false: these samples have been taken already, or were never wanted
    Gap gap;
    friend bool operator==(const Verdict&, const Verdict&) = default;
  };

  explicit CycleClock(std::uint32_t rate) : rate_(rate) {}

  // time: when the server's cycle began, by its own clock of frames, which wraps around. same:
  // tells whether the samples are those of the call before; asked only when the call is late.
  template <typename Same>
  [[nodiscard]] Verdict call(std::uint32_t time, std::uint32_t frames, const Same& same);

  // At the end: what the clock is ahead by, and nobody will know the reason of.
  [[nodiscard]] Gap rest() const { return {surplus_, taken_since_}; }

 private:
  // Late calls are made up for within some milliseconds. Both must have passed before it is a jump.
  static constexpr std::uint32_t kCallsToSettle = 8;
  static constexpr std::uint32_t kSettlesPerSecond = 10;

  [[nodiscard]] bool overwritten(std::uint32_t surplus, bool is_same);
  [[nodiscard]] Gap settle();

  const std::uint32_t rate_;
  std::optional<std::uint32_t> frames_;  // of a period; none before the first call
  std::uint32_t next_time_ = 0;          // of the next call's cycle, as long as none is missing
  std::uint32_t surplus_ = 0;            // frames by which the server's clock is ahead
  std::uint64_t taken_since_ = 0;        // frames taken since that began
  std::uint32_t steady_calls_ = 0;       // calls for which the surplus has been the same
  bool fresh_ = false;                   // the call before was late, and brought something new
};

template <typename Same>
CycleClock::Verdict CycleClock::call(std::uint32_t time, std::uint32_t frames, const Same& same) {
  if (frames_ != frames) {
    // With another length of the period this clock jumps by the difference.
    const Gap gap = settle();
    frames_ = frames;
    next_time_ = time + frames;
    return {true, gap};
  }
  const auto ahead = static_cast<std::int32_t>(time - next_time_);
  // The call of a cycle that was given up as one that never was.
  if (ahead < 0) return {false, {}};
  next_time_ += frames;
  const auto surplus = static_cast<std::uint32_t>(ahead);
  if (surplus == 0 && surplus_ == 0) return {};

  Verdict verdict;
  if (surplus > surplus_) {
    fresh_ = !same();
  } else if (surplus < surplus_ && overwritten(surplus, same())) {
    verdict = {false, {frames, frames}};
  }
  steady_calls_ = surplus == surplus_ ? steady_calls_ + 1 : 0;
  surplus_ = surplus;
  if (surplus_ == 0) taken_since_ = 0;
  const bool is_jump = steady_calls_ >= kCallsToSettle &&
                       std::uint64_t{steady_calls_} * frames >= rate_ / kSettlesPerSecond;
  if (is_jump) verdict.gap = settle();
  if (verdict.take && surplus_ > 0) taken_since_ += frames;
  return verdict;
}

}  // namespace ringproc::tool
