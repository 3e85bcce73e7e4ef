#include "cycle_clock.hpp"

namespace ringproc::tool {

// A call that makes up for a late one. What sounds the same all the time (silence) may well do so
// in this cycle, but not in those that went by unheard before it.
bool CycleClock::overwritten(std::uint32_t surplus, bool is_same) {
  if (is_same && (fresh_ || surplus > 0)) return true;
  fresh_ = !is_same;
  return false;
}

CycleClock::Gap CycleClock::settle() {
  const Gap gap = rest();
  next_time_ += surplus_;
  surplus_ = 0;
  taken_since_ = 0;
  steady_calls_ = 0;
  return gap;
}

}  // namespace ringproc::tool
