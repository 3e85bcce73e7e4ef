#include "drain/space_ahead.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/error.hpp"
#include "probe/probe.hpp"
#include "region/journal.hpp"

namespace ringproc::core {
namespace {

// A file that stays smaller than this is not worth two system calls.
constexpr std::uint64_t kFirstAppended = 64 * 1024;
// As much again as was appended so far, between these.
constexpr std::uint64_t kLeastReserved = 1024 * 1024;
constexpr std::uint64_t kMostReserved = 64 * 1024 * 1024;
// Filling costs the time in which these bytes are written, within one flush.
constexpr std::uint64_t kFilled = 1024 * 1024;
// Larger appends cost so much themselves that filling would only double it.
constexpr std::uint64_t kLargestFilledFor = 64 * 1024;
// Whoever has not flushed so often may never flush again.
constexpr std::uint64_t kSyncsBeforeFilling = 2;

// release: read by recovery only, after whatever was stored before.
void tell(std::atomic<std::uint64_t>& word, std::uint64_t value) noexcept {
  if (word.load(std::memory_order_relaxed) == value) return;  // ours
  word.store(value, std::memory_order_release);
  probe::stored();
}

std::uint64_t space_end(const RegionHeader& header) {
  return header.space_end.load(std::memory_order_relaxed);  // ours
}

}  // namespace

void SpaceAhead::begin(Preallocate how, std::uint64_t size) noexcept {
  how_ = how;
  end_ = size;
  in_force_.store(how != Preallocate::off);
  if (how != Preallocate::off) tell(region_.header().file_end, size);
}

void SpaceAhead::before_write(std::uint64_t from, std::uint64_t to) noexcept {
  RegionHeader& header = region_.header();
  if (how_ == Preallocate::off || to <= end_) return;
  const bool appends = from <= end_;
  if (appends) appended_ += to - end_;
  // Before anything lies behind the old end: recovery must know which bytes are not zeros.
  tell(header.file_end, to);
  if (how_ != Preallocate::automatic || !in_force_.load()) return;
  if (!appends || appended_ < kFirstAppended || to <= space_end(header)) return;
  if (std::error_code unknown; !is_ours_alone(unknown)) return in_force_.store(false);
  const std::uint64_t more = std::clamp(appended_, kLeastReserved, kMostReserved);
  const std::uint64_t first = std::max(end_, space_end(header));
  tell(header.space_end, to + more);  // first: what was taken must be known to be given back
  if (backend_.reserve(first, to + more)) in_force_.store(false);
}

void SpaceAhead::wrote(std::uint64_t to) noexcept { end_ = std::max(end_, to); }

std::error_code SpaceAhead::fill_ahead(std::uint64_t from, std::uint64_t to,
                                       std::uint64_t syncs) noexcept {
  if (how_ != Preallocate::written || !in_force_.load() || to != end_) return {};
  const std::uint64_t next = to + (to - from);
  if (to - from > kLargestFilledFor || next <= space_end(region_.header())) return {};
  if (syncs < syncs_at_fill_ + kSyncsBeforeFilling) return {};
  syncs_at_fill_ = syncs;
  if (std::error_code unknown; is_ours_alone(unknown)) return fill();
  in_force_.store(false);
  return {};
}

// The size on disk is what we made it, and nobody else says that it writes.
bool SpaceAhead::is_ours_alone(std::error_code& error) noexcept {
  const RegionHeader& header = region_.header();
  const std::uint64_t size = backend_.state(error).size;
  const bool filled = header.space_filled.load(std::memory_order_relaxed) != 0;  // ours
  return !error && size == (filled ? std::max(end_, space_end(header)) : end_) &&
         claims_.is_sole_writer();
}

std::error_code SpaceAhead::fill() noexcept {
  static constexpr std::array<std::byte, 64 * 1024> kZeros{};
  RegionHeader& header = region_.header();
  const std::uint64_t first = std::max(end_, space_end(header));
  const bool journal = region_.shared();
  tell(header.space_filled, 1);
  tell(header.space_end, first + kFilled);
  if (journal) begin_change(header, first, kFilled, kNoPosition);
  std::uint64_t done = 0;
  std::error_code error;
  while (done < kFilled && !error) {
    // No more than is told, also after a short write: a longer file would be taken for a
    // stranger's.
    const auto left = static_cast<std::size_t>(kFilled - done);
    const auto part = std::span<const std::byte>(kZeros).first(std::min(kZeros.size(), left));
    const IoResult result = backend_.write_at(std::span(&part, 1), first + done);
    done += result.bytes;
    error = result.error;
    if (!error && result.bytes == 0) error = std::make_error_code(std::errc::io_error);
  }
  if (journal) note_state(header, backend_);
  if (!error) return {};
  in_force_.store(false);
  tell(header.space_end, first + done);
  return is_disk_full(error) ? std::error_code{} : error;
}

void SpaceAhead::cut() noexcept {
  end_ = appended_ = 0;
  tell(region_.header().space_end, 0);
  tell(region_.header().space_filled, 0);
  if (how_ != Preallocate::off) tell(region_.header().file_end, 0);
}

std::error_code SpaceAhead::give_back() noexcept {
  RegionHeader& header = region_.header();
  if (space_end(header) <= end_) return {};
  // Zeros that are left in the file because nobody knows its size are told.
  if (std::error_code unknown; !is_ours_alone(unknown)) return unknown;
  in_force_.store(false);
  const bool journal = region_.shared();
  if (journal) begin_change(header, end_, kCut, kNoPosition);
  const std::error_code error = backend_.truncate(end_);
  if (journal) note_state(header, backend_);
  if (!error) tell(header.space_end, 0);
  return error;
}

}  // namespace ringproc::core
