// What the owner of a file does to it, told to recovery beforehand and afterwards; see Journal in
// layout.hpp. Called by whoever owns the write step. Each store orders those before it, and a
// process that is killed has made all stores up to some point: so recovery sees them in order.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"
#include "region/layout.hpp"

namespace ringproc::core {

inline void journal_store(std::atomic<std::uint64_t>& word, std::uint64_t value) noexcept {
  word.store(value, std::memory_order_release);
  probe::stored();
}

// length bytes at file_offset, from `position` on, will be written now; kCut: the file will be cut
// to file_offset.
inline void begin_change(RegionHeader& header, std::uint64_t file_offset, std::uint64_t length,
                         std::uint64_t position) noexcept {
  Journal& journal = header.journal;
  if (probe::mutant(probe::Mutant::forget_intent)) return;
  // relaxed, here and below: only the owner of the write step stores.
  const std::uint64_t last = journal.begun.load(std::memory_order_relaxed);
  const std::uint64_t settled = journal.settled.load(std::memory_order_relaxed);
  journal_store(journal.file_offset, file_offset);
  journal_store(journal.length, length);
  journal_store(journal.time_ns, os::wall_clock_ns());
  journal_store(journal.position, position);
  journal_store(journal.patches, header.patches_retired.load(std::memory_order_relaxed));
  // After a change whose outcome could not be seen: the other mark than the valid one is next,
  // again.
  journal_store(journal.begun, last == settled ? last + 1 : last + 2);
}

// The file's state after what was begun. renames: Identity::renames, read before the state.
// since_ns: as FileMark's.
inline void settle_change(Journal& journal, const FileState& state, std::uint64_t renames,
                          std::uint64_t since_ns = 0) noexcept {
  const std::uint64_t last = journal.settled.load(std::memory_order_relaxed);
  const std::uint64_t begun = journal.begun.load(std::memory_order_relaxed);
  const bool forgotten = probe::mutant(probe::Mutant::forget_intent);
  const std::uint64_t next = forgotten ? last + 1 : begun;
  FileMark& mark = journal.marks[next % 2];
  journal_store(mark.size, state.size);
  journal_store(mark.modified_ns, state.modified_ns);
  journal_store(mark.changed_ns, state.changed_ns);
  journal_store(mark.renames, renames);
  journal_store(mark.since_ns, since_ns);
  if (forgotten) journal_store(journal.begun, next);
  journal_store(journal.settled, next);
}

// After a change the region knows the file as its owner left it. flushed_often: then its times are
// not asked for where they come from our clock: a Linux that has told them makes the next write
// store new ones (multigrain timestamps), which costs each flush a tenth of its time. The price:
// what somebody else does to the file within the same tick of the clock (10 ms at most) is not
// noticed.
inline void note_state(RegionHeader& header, Backend& file, bool flushed_often = false) noexcept {
  const std::uint64_t renames = header.identity.renames.load();
  const std::uint64_t since = header.journal.time_ns.load(std::memory_order_relaxed);  // ours
  std::error_code error;
  FileState state;
  bool within = flushed_often && file.has_local_times();
  if (within) {
    state.size = file.size(error);
    state.modified_ns = state.changed_ns = os::wall_clock_ns();
    within = state.modified_ns >= since;  // else the clock was set back
  }
  if (!within) state = file.state(error);
  if (error) return;  // the change stays begun, so recovery still knows what it was
  settle_change(header.journal, state, renames, within ? since : 0);
}

}  // namespace ringproc::core
