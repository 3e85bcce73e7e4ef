#include "file/producer.hpp"

#include <algorithm>

#include "probe/probe.hpp"

namespace ringproc::core {
namespace {

// Below this a ring is too small to spend up to a block on alignment.
constexpr std::uint64_t kSmallestAlignedRing = 128 * 1024;
constexpr std::uint64_t kLargeWrite = 64 * 1024;

}  // namespace

Producer::Producer(Region& region, const ReadFloors& floors, std::uint64_t file_size) noexcept
    : header_(region.header()),
      ring_(region.ring()),
      floors_(floors),
      runs_(header_),
      range_(region.ring().size()),
      populated_(header_.populated.load(std::memory_order_relaxed)),  // ours, see layout.hpp
      free_until_(range_),
      end_of_file_(file_size) {}

bool Producer::try_accept(std::span<const std::byte> data, std::uint64_t file_offset) noexcept {
  const std::size_t n = data.size();
  const Spot at = find_spot(n, file_offset);
  if (at.pages_wanted != 0 || (at.new_row && !runs_.has_room())) {
    pages_wanted_ = at.pages_wanted == kNone ? 0 : at.pages_wanted;
    return false;
  }

  // relaxed: not looked at. The line is on its way while the bytes are copied; with a thousand
  // files it is in no cache.
  static_cast<void>(header_.accepted.load(std::memory_order_relaxed));
  if (!probe::mutant(probe::Mutant::publish_before_copy)) {
    ring_.copy_in(at.ring_offset, data);
    probe::stored();
  }
  if (at.new_row) {
    note_lap(at);
    runs_.push({accepted_, file_offset, at.ring_offset});
    congruent_ = (file_offset - at.ring_offset) % kBlock == 0;
  }
  head_ = at.ring_offset + n;
  next_offset_ = file_offset + n;
  if (next_offset_ > end_of_file()) set_end_of_file(next_offset_);
  accepted_ += n;
  // Exchange, seq_cst: publishes bytes and row to the drain (acquire in Drain::claim), and is
  // ordered before the load of wake_at in Doorbell::crossed(), which pairs with the exchange and
  // load in Doorbell::arm().
  static_cast<void>(header_.accepted.exchange(accepted_, std::memory_order_seq_cst));
  probe::stored();
  if (probe::mutant(probe::Mutant::publish_before_copy)) ring_.copy_in(at.ring_offset, data);
  return true;
}

// Appending goes on at the head. A jump starts a row.
Producer::Spot Producer::find_spot(std::size_t n, std::uint64_t file_offset) noexcept {
  bool jumped = file_offset != next_offset_;
  std::uint64_t at = head_;
  // A stream that began in a ring too small for alignment gets it later.
  if (jumped || !congruent_) {
    at += alignment_gap(head_, file_offset, n);
    jumped = jumped || at != head_;
  }
  if (at % range_ + n <= populated_ && fits(at, n)) return {at, jumped, 0};
  return find_another_spot(n, file_offset, {at, jumped, 0});
}

// A row may start with a gap for alignment, or early at the beginning of the range so that a
// lightly loaded ring stays small, or behind bytes that are in the way. A spot whose pages are not
// there is never one that only draining could make free: so growing comes before waiting.
Producer::Spot Producer::find_another_spot(std::size_t n, std::uint64_t file_offset,
                                           const Spot& head) noexcept {
  const std::uint64_t in_range = head.ring_offset % range_;
  const std::uint64_t beginning = head.ring_offset - in_range + range_;
  const std::uint64_t wrapped = beginning + alignment_gap(beginning, file_offset, n);
  const std::uint64_t wrapped_pages = wrapped - beginning + n;
  const bool wraps = populated_ < range_ && in_range + n > populated_ && fits(wrapped, n);
  if (wraps && wrapped_pages <= populated_) return {wrapped, true, 0};
  // The beginning is still in use. acquire: pairs with Region::grow.
  populated_ = header_.populated.load(std::memory_order_acquire);
  // Or the head lies beyond what is populated since memory was given back: more than this write
  // needs.
  if (wraps && in_range > populated_) {
    return {wrapped, true, wrapped_pages <= populated_ ? 0 : wrapped_pages};
  }
  if (!fits(head.ring_offset, n)) return go_around(n, file_offset);
  // Where all of the range has pages, bytes may lie across its end.
  const std::uint64_t pages = std::min(range_, in_range + n);
  return {head.ring_offset, head.new_row, pages <= populated_ ? 0 : pages};
}

// Requires: fits() has just said no.
Producer::Spot Producer::go_around(std::size_t n, std::uint64_t file_offset) const noexcept {
  const std::uint64_t lap = head_ - head_ % range_;
  // At or beyond the lap's end: what is in use begins in this lap, or the head has gone around.
  const bool known = lap_.unused != 0 && lap_.begin == lap;
  if (stopped_ || !known || free_until_ >= lap + range_) return {0, false, kNone};
  const std::uint64_t behind = lap + lap_.unused;
  const std::uint64_t at = behind + alignment_gap(behind, file_offset, n);
  const std::uint64_t pages = at - lap + n;
  if (pages > range_) return {0, false, kNone};
  return {at, true, pages <= populated_ ? 0 : pages, true};
}

// Before a row is pushed for that spot.
void Producer::note_lap(const Spot& at) noexcept {
  const std::uint64_t in_range = head_ % range_;
  const std::uint64_t lap = at.ring_offset - at.ring_offset % range_;
  if (at.around) {
    free_until_ = around_until_ = lap + range_;
    lap_.unused = 0;
  } else if (lap > head_ - in_range) {
    lap_ = {lap, in_range};
  }
}

bool Producer::fits(std::uint64_t ring_offset, std::size_t n) noexcept {
  if (ring_offset + n <= free_until_) return true;
  if (stopped_) return false;
  // acquire: pairs with the release in Drain::advance, so the write from this space is over before
  // we copy into it.
  const std::uint64_t freed = header_.freed.load(std::memory_order_acquire);
  free_until_ = std::max(std::min(freed, floors_.lowest()) + range_, around_until_);
  return ring_offset + n <= free_until_;
}

// Half of the pages: either it fits behind the head, or the head is far enough from the beginning
// for it to fit before, however the drained ring's head stands.
std::uint64_t Producer::largest_write() const noexcept {
  const std::uint64_t populated = header_.populated.load(std::memory_order_acquire);
  if (populated == range_) return range_;
  return populated / 2 - (populated >= kSmallestAlignedRing ? kBlock : 0);
}

// The cached value alone makes the head wrap early; it is read anew when the beginning is in use.
bool Producer::leave(std::uint64_t keep) noexcept {
  populated_ = std::min(populated_, keep);
  // acquire: as in fits(); the write from what has been freed is over, and so is the reading of it.
  const std::uint64_t freed = header_.freed.load(std::memory_order_acquire);
  const std::uint64_t used_from = std::min(freed, floors_.lowest());
  const std::uint64_t lap = head_ - head_ % range_;
  if (probe::mutant(probe::Mutant::lower_what_is_pending)) return true;
  return used_from == head_ || (used_from >= lap && head_ - lap <= keep);
}

std::uint64_t Producer::stop() noexcept {
  stopped_ = true;
  free_until_ = 0;
  return accepted_;
}

// Direct writes need ring addresses congruent to file offsets. Only runs that will be written in
// large pieces are worth a gap: those that stream at the logical end and those that begin with a
// large write. Patches are packed.
std::uint64_t Producer::alignment_gap(std::uint64_t ring_offset, std::uint64_t file_offset,
                                      std::size_t n) const noexcept {
  // Of what is populated, so that a write of half of that finds room in a drained ring.
  if (populated_ < kSmallestAlignedRing || n > populated_ / 2 - kBlock) return 0;
  if (file_offset < end_of_file() && n < kLargeWrite) return 0;
  return (file_offset - ring_offset) % kBlock;
}

void Producer::resume() noexcept {
  // relaxed: the lock word's acquire, taken before, ordered the dead owner's stores as far as they
  // got.
  accepted_ = header_.accepted.load(std::memory_order_relaxed);
  populated_ = header_.populated.load(std::memory_order_relaxed);
  // What the dead owner had found out about laps, it may not have published.
  lap_ = {};
  free_until_ = around_until_ = 0;
  next_offset_ = kNone;
  if (runs_.pushed_rows() == 0) return;
  const Run& last = runs_.last();
  congruent_ = (last.file_offset - last.ring_offset) % kBlock == 0;
  head_ = last.ring_offset + (accepted_ - last.position);
  next_offset_ = last.file_offset + (accepted_ - last.position);
}

}  // namespace ringproc::core
