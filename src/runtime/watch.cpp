#include "runtime/watch.hpp"

#include <algorithm>
#include <utility>

#include "probe/probe.hpp"

namespace ringproc::core {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWriteOut = 256 * 1024;  // so much is worth a write,
constexpr std::uint64_t kWriteOutFast =
    1024 * 1024;  // and so much if it comes in a part of the age
constexpr std::uint64_t kWorthMeasuring = 16 * 1024;
constexpr Clock::duration kLongestMeasure = 100ms;
constexpr std::uint64_t kGrowthPiece = 1024 * 1024;
constexpr auto kLongestGrowthLook = 100ms;
constexpr std::chrono::duration<double> kAheadInAStall = 250ms;
constexpr auto kNeedWindow = 5s;   // memory that was not needed in two of these is given back
constexpr int kPiecesAtOnce = 16;  // given back before other files have their turn

// Memory is kept by so much, of which pages are whole parts.
std::uint64_t round_up(std::uint64_t bytes) {
  constexpr std::uint64_t kUnit = 64 * 1024;
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

}  // namespace

Watch::Watch(const std::shared_ptr<File>& file) : owner(file) {
  Looks one{{}};
  node = one.extract(one.begin());
}

// A device likes large writes; data that comes fast can wait for one.
std::uint64_t Watch::worth_a_write(File& file) const {
  if (!file.drain().writes_direct()) return kWriteOut;
  const std::chrono::duration<double> age = file.age();
  const auto soon = static_cast<std::uint64_t>(bytes_per_second * age.count() / 4);
  return std::clamp(soon, kWriteOut, kWriteOutFast);
}

// How long a block's bytes take to come, as things are going.
Clock::duration Watch::time_of_a_block() const {
  const std::chrono::duration<double> takes(
      std::min(static_cast<double>(kBlock) / std::max(bytes_per_second, 1.0), 3600.0));
  return std::chrono::duration_cast<Clock::duration>(takes);
}

// Room for twice of what is pending, and for more than what comes until it is written out (this
// thread may be late), up to the option `ring`. When more than half of that is pending the disk is
// slower than the writer: it stalls, for whatever reason and in whosever call, and there is to be
// room for half a ring, or for what comes in a quarter of a second, beyond what is pending, up to
// `memory_limit`. Returns: whether the ring could grow further.
bool Watch::grow_ahead(File& file, Clock::time_point now) {
  const RegionHeader& header = file.drain().header();
  const std::uint64_t accepted = header.accepted.load(std::memory_order_seq_cst);
  const std::uint64_t pending = accepted - header.written.load(std::memory_order_acquire);
  measure(accepted, now);
  // Not at open: a file that gets a few bytes never touches most of them.
  if (!mapped && accepted >= kWorthMeasuring) {
    mapped = true;
    file.map_first_pages();
  }
  const std::chrono::duration<double> age = file.age();
  const auto in_age = static_cast<std::uint64_t>(bytes_per_second * age.count());
  const std::uint64_t ring = file.ring_bytes();
  const std::uint64_t range = file.region().header().ring_range;
  const std::uint64_t until_written = std::min(4 * worth_a_write(file), in_age + in_age / 2);
  std::uint64_t wanted = std::min(ring, std::max(2 * pending, until_written));
  if (pending > ring / 2) {
    const auto ahead = static_cast<std::uint64_t>(bytes_per_second * kAheadInAStall.count());
    wanted = std::min(range, pending + std::max(ring / 2, ahead));
  }
  needed = std::max(needed, wanted);
  if (wanted > keep) keep = 0;
  // In pieces, so that a writer that needs one is not held up for long.
  while (file.populated() < wanted) {
    if (!file.grow(std::min(wanted, file.populated() + kGrowthPiece))) break;
  }
  return file.populated() < range;
}

// Memory is given back when the ring has needed no more than half of it in two windows, or when the
// file is idle. First `populated` is lowered, as soon as nothing that is pending or being read lies
// beyond; then the pages go, the last first, in pieces.
Watch::GiveBack Watch::give_back(File& file, Clock::time_point now, bool is_idle) {
  const std::uint64_t least = file.region().least();
  if (now - window_began >= kNeedWindow) {
    // A burst may have come and gone between two looks.
    needed = std::max(needed, 2 * file.drain().take_high_water());
    const std::uint64_t most = std::max(needed, needed_before);
    const std::uint64_t need = std::max(least, most == kUnknown ? most : round_up(most));
    keep = need <= file.populated() / 2 ? need : 0;
    const bool first = window_began == Clock::time_point{};
    needed_before = first ? kUnknown : needed;
    needed = 0;
    window_began = now;
  }
  if (is_idle || probe::impatient()) keep = least;
  if (keep != 0 && file.populated() > keep && !file.lower(keep)) {
    return GiveBack::try_again;
  }
  for (int piece = 0; piece < kPiecesAtOnce; ++piece) {
    if (!file.give_back()) return GiveBack::done;
  }
  return GiveBack::goes_on;
}

// When half of the room that is left will be used up.
Clock::duration Watch::until_next_growth(File& file) const {
  const RegionHeader& header = file.drain().header();
  const std::uint64_t pending = header.accepted.load(std::memory_order_acquire) -
                                header.written.load(std::memory_order_acquire);
  const std::uint64_t populated = file.populated();
  if (file.capacity() == populated) return kLongestGrowthLook;  // refused: not at once again
  const auto room = static_cast<double>(populated > pending ? (populated - pending) / 2 : 0);
  const std::chrono::duration<double> until(std::min(room / std::max(bytes_per_second, 1.0), 1.0));
  return std::clamp<Clock::duration>(std::chrono::duration_cast<Clock::duration>(until),
                                     kShortestLook, kLongestGrowthLook);
}

// How fast bytes come, over no less than the shortest look: a lane may ring microseconds after the
// last one.
void Watch::measure(std::uint64_t accepted, Clock::time_point now) {
  const auto since = now - last_look;
  const std::uint64_t arrived = accepted - seen_accepted;
  // A block or two in a short time say nothing: a slow writer of blocks would look fast.
  const auto least = arrived < kWorthMeasuring ? kLongestMeasure : kShortestLook;
  if (since < least) return;
  const double now_per_second =
      static_cast<double>(arrived) / std::chrono::duration<double>(since).count();
  // Halfway: a writer of 5 ms periods looks idle in one window and twice as fast in the next.
  bytes_per_second = (bytes_per_second + now_per_second) / 2;
  if (arrived > 0) last_byte = now;
  if (now - last_byte >= kIdleAfter) bytes_per_second = 0;
  last_look = now;
  seen_accepted = accepted;
}

}  // namespace ringproc::core
