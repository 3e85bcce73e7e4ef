// The run table: where positions lie in the file and in the ring. The writer pushes rows, the write
// step retires them, everybody reads by index.
#pragma once

#include <cstdint>

#include "probe/probe.hpp"
#include "region/layout.hpp"

namespace ringproc::core {

// A stretch of positions that is contiguous in the file and in ring offsets.
struct Piece {
  std::uint64_t position;
  std::uint64_t length;
  std::uint64_t file_offset;
  std::uint64_t ring_offset;
};

// Order of observation (see RunTable::push): the caller has read `accepted` with acquire *before*
// it makes a view, so all rows below it are in. Rows at or beyond the observed `accepted` are not
// there yet; of several rows with one position the last counts.
class RunView {
 public:
  // first: index of the row that holds the first position asked for, or an older one.
  // rows_seen: for a deliberate bug of the tests only (probe.hpp).
  RunView(const RegionHeader& header, std::uint64_t first, std::uint64_t accepted,
          std::uint64_t rows_seen = probe::kNotEarly) noexcept
      : header_(header),
        row_(first),
        accepted_(accepted),
        // acquire: pairs with the release in RunTable::push.
        pushed_(rows_seen == probe::kNotEarly ? header.runs_pushed.load(std::memory_order_acquire)
                                              : rows_seen) {}

  // The longest piece from `position`. Requires: position < accepted, not below the last call's
  // position.
  [[nodiscard]] Piece piece_at(std::uint64_t position) noexcept {
    while (next_is_at_or_below(position)) ++row_;
    const Run& run = at(row_);
    const std::uint64_t skip = position - run.position;
    return {position, end_of_row() - position, run.file_offset + skip, run.ring_offset + skip};
  }

  // Index of the row the last piece came from: all rows below it may be retired once `written` is
  // in it.
  [[nodiscard]] std::uint64_t row() const noexcept { return row_; }

 private:
  [[nodiscard]] const Run& at(std::uint64_t row) const noexcept {
    return header_.runs[static_cast<std::size_t>(row % kRunRows)];
  }
  [[nodiscard]] bool next_is_at_or_below(std::uint64_t position) const noexcept {
    return row_ + 1 < pushed_ && at(row_ + 1).position <= position;
  }
  [[nodiscard]] std::uint64_t end_of_row() const noexcept {
    if (row_ + 1 >= pushed_) return accepted_;
    const std::uint64_t next = at(row_ + 1).position;
    return next < accepted_ ? next : accepted_;
  }

  const RegionHeader& header_;
  std::uint64_t row_;
  std::uint64_t accepted_;
  std::uint64_t pushed_;
};

// Writer only, under the producer lock.
class RunTable {
 public:
  explicit RunTable(RegionHeader& header) noexcept : header_(header) {}

  [[nodiscard]] bool has_room() noexcept {
    const std::uint64_t pushed = pushed_rows();
    if (pushed < free_until_) return true;
    // acquire: pairs with the release in the write step, so a retired row is read no more when we
    // overwrite it.
    free_until_ = header_.runs_retired.load(std::memory_order_acquire) + kRunRows;
    return pushed < free_until_;
  }

  // Requires: has_room(). The row becomes part of the order when `accepted` moves past its
  // position.
  void push(const Run& run) noexcept {
    const std::uint64_t pushed = pushed_rows();
    header_.runs[static_cast<std::size_t>(pushed % kRunRows)] = run;
    // release: pairs with the acquire in RunView.
    probe::stored();
    header_.runs_pushed.store(pushed + 1, std::memory_order_release);
    probe::stored();
  }

  [[nodiscard]] const Run& last() const noexcept {
    return header_.runs[static_cast<std::size_t>((pushed_rows() - 1) % kRunRows)];
  }

  [[nodiscard]] std::uint64_t pushed_rows() const noexcept {
    // relaxed: only written by the holder of the producer lock, who we are.
    return header_.runs_pushed.load(std::memory_order_relaxed);
  }

 private:
  RegionHeader& header_;
  std::uint64_t free_until_ = 0;
};

}  // namespace ringproc::core
