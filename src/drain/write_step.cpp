// The write step: claim a batch under state_, write it with no lock held, advance. See drain.hpp
// for the invariants.
#include <algorithm>
#include <utility>

#include "drain/batch.hpp"
#include "drain/direct.hpp"
#include "drain/drain.hpp"
#include "probe/probe.hpp"
#include "region/journal.hpp"

namespace ringproc::core {
namespace {

// Who has flushed so often does so again and again.
constexpr std::uint64_t kFewSyncs = 2;

}  // namespace

Step Drain::write_step(bool sync_follows) noexcept {
  if (failed()) return Step::failed;
  // acquire: pairs with the exchange in leave(); the last owner's retiring is seen.
  if (writing_.exchange(true, std::memory_order_acquire)) return Step::busy;
  const Step step = write_owned(sync_follows);
  leave(writing_);
  return step;
}

Step Drain::write_owned(bool sync_follows) noexcept {
  if (failed()) return Step::failed;
  Batch batch;
  std::uint64_t syncs = 0;
  {
    const std::lock_guard lock(state_);
    syncs = statistics_.syncs;
    note_pending();
    if (!claim(region_, batch)) return Step::nothing;
  }
  batch.flushed_often = sync_follows && syncs >= kFewSyncs;
  if (writes_direct()) {
    Slice slice = next_slice(batch, least_direct_);
    // Few bytes too, where somebody waits for the device anyway, and nothing is left for the page
    // cache: the sync has less to do then. Not at once, since it needs a descriptor more.
    if (batch.flushed_often && !slice.direct) {
      const Slice all = next_slice(batch, kDirectBlock);
      if (all.direct && all.length == batch.length) slice = all;
    }
    batch.cut(slice.length);
    batch.direct = slice.direct;
  }
  std::uint64_t done = 0;
  std::error_code error = write_out(batch, syncs, done);
  if (!error && !batch.is_patch) {
    error = space_.fill_ahead(batch.file_offset, batch.file_offset + done, syncs);
  }
  if (!error) return Step::progressed;
  if (is_disk_full(error) && wait_for_space_.load()) return Step::no_space;
  fail({error, Operation::write, batch.file_offset + done,
        batch.position + (batch.is_patch ? 0 : done), 0});
  return Step::failed;
}

// Requires state_.
void Drain::note_pending() noexcept {
  const RegionHeader& header = region_.header();
  const std::uint64_t pending = header.accepted.load(std::memory_order_acquire) -
                                header.written.load(std::memory_order_relaxed);
  recent_high_water_ = std::max(recent_high_water_, pending);
  statistics_.high_water = std::max(statistics_.high_water, pending);
}

// The batch, told to recovery beforehand and afterwards.
std::error_code Drain::write_out(const Batch& batch, std::uint64_t syncs,
                                 std::uint64_t& done) noexcept {
  RegionHeader& header = region_.header();
  // Only recovery reads the journal, so in process memory nobody does.
  const bool journal = region_.shared();
  if (journal) begin_change(header, batch.file_offset, batch.length, batch.position);
  space_.before_write(batch.file_offset, batch.file_offset + batch.length, syncs);
  if (probe::mutant(probe::Mutant::free_before_write) && !batch.is_patch) {
    header.freed.fetch_add(batch.length);
  }
  if (probe::mutant(probe::Mutant::written_before_write)) {
    const std::lock_guard lock(state_);
    retire(header, batch, batch.length);
  }
  const std::error_code error = write_batch(backend_, batch, [&](std::uint64_t so_far) {
    {
      const std::lock_guard lock(state_);
      note_pending();  // the most is there when a slow write is about to return
      ++statistics_.os_writes;
      wrote_direct_ = batch.direct;
      if (batch.direct) statistics_.direct_bytes += so_far - done;
      if (!probe::mutant(probe::Mutant::written_before_write)) retire(header, batch, so_far);
    }
    done = so_far;
    // The last part is told when the step is given up: whoever waits for both wakes once.
    if (done < batch.length) changed_.notify_all();
  });
  space_.wrote(batch.file_offset + done);
  if (journal) note_state(header, backend_, batch.flushed_often);
  return error;
}

std::error_code Drain::cut(const Deadline& deadline) noexcept {
  std::unique_lock lock(state_);
  while (writing_.exchange(true, std::memory_order_acquire)) {
    if (failed()) return error_now();
    if (!deadline) {
      changed_.wait(lock);
    } else if (changed_.wait_until(lock, *deadline) == std::cv_status::timeout) {
      return make_error_code(Errc::timeout);
    }
  }
  lock.unlock();
  const bool journal = region_.shared();
  if (journal) begin_change(region_.header(), 0, kCut, kNoPosition);
  const std::error_code error = backend_.truncate(0);
  if (journal) note_state(region_.header(), backend_);
  if (!error) space_.cut();
  leave(writing_);
  return error;
}

std::error_code Drain::give_back_space() noexcept { return space_.give_back(); }

// Gives a step up; under state_, so that neither a waiter nor a helper misses it.
void Drain::leave(std::atomic<bool>& step) noexcept {
  bool wanted = false;
  {
    const std::lock_guard lock(state_);
    wanted = std::exchange(helper_wanted_, false);
    // release: pairs with the acquire of the next owner.
    step.exchange(false, std::memory_order_release);
  }
  if (!probe::mutant(probe::Mutant::drop_notice)) changed_.notify_all();
  if (&step == &syncing_) synced_.notify_all();
  if (wanted) helper_.want_steps();
}

bool Drain::try_patch(std::span<const std::byte> data, std::uint64_t file_offset) {
  RegionHeader& header = region_.header();
  const std::lock_guard lock(state_);
  if (failed()) return false;  // whoever waits for room sees it, too
  // relaxed: both change under state_ only.
  const std::uint64_t pushed = header.patches_pushed.load(std::memory_order_relaxed);
  const std::uint64_t retired = header.patches_retired.load(std::memory_order_relaxed);
  if (pushed - retired == kPatchRows) return false;
  const auto row = [&](std::uint64_t index) -> Patch& {
    return header.patches[static_cast<std::size_t>(index % kPatchRows)];
  };
  const std::uint64_t begin =
      pushed == 0 ? 0 : row(pushed - 1).data_offset + row(pushed - 1).length;
  const std::uint64_t oldest = pushed == retired ? begin : row(retired).data_offset;
  if (begin + data.size() - oldest > kPatchBytes) return false;
  region_.patch_ring().copy_in(begin, data);
  probe::stored();
  // acquire: the patch comes after every write that happened before this call.
  row(pushed) = {header.accepted.load(std::memory_order_acquire), file_offset, begin, data.size()};
  probe::stored();
  // release: recovery sees the row and its bytes before the number.
  header.patches_pushed.store(pushed + 1, std::memory_order_release);
  probe::stored();
  return true;
}

}  // namespace ringproc::core
