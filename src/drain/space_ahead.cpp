#include "drain/space_ahead.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/error.hpp"
#include "probe/probe.hpp"
#include "region/journal.hpp"

namespace ringproc::core {
namespace {

// A file that stays smaller than this is not worth two system calls, unless it is flushed between
// appends: then the earlier the better, so that few extents are written before. (ext4 keeps four in
// the inode; more cost each sync another block of its journal.)
constexpr std::uint64_t kFirstAppended = 64 * 1024;
// As much again as was appended so far, between these.
constexpr std::uint64_t kLeastReserved = 1024 * 1024;
constexpr std::uint64_t kMostReserved = 64 * 1024 * 1024;
// Filling costs the time in which these bytes are written, within one flush.
constexpr std::uint64_t kFilled = 1024 * 1024;
constexpr std::uint64_t kZeros = 64 * 1024;
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

void SpaceAhead::begin(Preallocate how, bool direct, std::uint64_t size) noexcept {
  direct_ = direct;
  how_ = how;
  end_ = size;
  in_force_.store(how != Preallocate::off);
  if (how != Preallocate::off) tell(region_.header().file_end, size);
}

void SpaceAhead::before_write(std::uint64_t from, std::uint64_t to, std::uint64_t syncs) noexcept {
  RegionHeader& header = region_.header();
  if (how_ == Preallocate::off || to <= end_) return;
  const bool appends = from <= end_;
  if (appends) appended_ += to - end_;
  // Before anything lies behind the old end: recovery must know which bytes are not zeros.
  tell(header.file_end, to);
  if (how_ != Preallocate::automatic || !in_force_.load()) return;
  const bool worth_it = appended_ >= kFirstAppended || syncs > 0;
  if (!appends || !worth_it || to <= space_end(header)) return;
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
  const std::uint64_t size = backend_.size(error);
  const bool filled = header.space_filled.load(std::memory_order_relaxed) != 0;  // ours
  return !error && size == (filled ? std::max(end_, space_end(header)) : end_) &&
         claims_.is_sole_writer();
}

std::error_code SpaceAhead::fill() noexcept {
  RegionHeader& header = region_.header();
  const std::uint64_t first = std::max(end_, space_end(header));
  const bool journal = region_.shared();
  tell(header.space_filled, 1);
  tell(header.space_end, first + kFilled);
  if (journal) begin_change(header, first, kFilled, kNoPosition);
  std::uint64_t done = 0;
  std::error_code error;
  while (done < kFilled && !error) {
    const IoResult result = write_zeros(first + done, kFilled - done);
    done += result.bytes;
    error = result.error;
    if (!error && result.bytes == 0) error = std::make_error_code(std::errc::io_error);
  }
  if (journal) note_state(header, backend_, true);
  if (!error) return {};
  in_force_.store(false);
  tell(header.space_end, first + done);
  return is_disk_full(error) ? std::error_code{} : error;
}

// Past the page cache, if that is how the bytes will come: else each would have a page to drop.
IoResult SpaceAhead::write_zeros(std::uint64_t at, std::uint64_t bytes) noexcept {
  alignas(kDirectBlock) static constexpr std::array<std::byte, kZeros> kSource{};
  std::array<std::span<const std::byte>, kFilled / kZeros> parts;
  std::size_t count = 0;
  for (std::uint64_t left = bytes; left > 0; left -= parts[count++].size()) {
    parts[count] = std::span(kSource).first(static_cast<std::size_t>(std::min(left, kZeros)));
  }
  const std::span all(parts.data(), count);
  if (direct_ && at % kDirectBlock == 0 && bytes % kDirectBlock == 0) {
    const IoResult result = backend_.write_direct_at(all, at);
    if (result.error != std::errc::not_supported) return result;
  }
  return backend_.write_at(all, at);
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
