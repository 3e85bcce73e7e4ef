// The write step: claim a batch under state_, write it with no lock held, advance. See drain.hpp
// for the invariants.
#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "drain/drain.hpp"
#include "os/os.hpp"

namespace ringproc::core {
namespace {

constexpr std::size_t kMaxParts = 16;
constexpr std::uint64_t kMaxBatch =
    4 * 1024 * 1024;  // bounds how long ring space is held by one call

bool is_full_disk(const std::error_code& error) {
  return error == std::errc::no_space_on_device ||
         error == std::error_code(EDQUOT, std::system_category());
}

}  // namespace

// Bytes to be written at one place of the file, in ring or patch memory.
struct Drain::Batch {
  std::array<std::span<const std::byte>, kMaxParts> parts;
  std::size_t part_count = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t length = 0;
  std::uint64_t position = 0;
  bool is_patch = false;

  void add(const RingParts& more) {
    for (const auto& part : more.part) {
      if (!part.empty()) parts[part_count++] = part;
    }
  }
};

Step Drain::write_step() noexcept {
  if (failed()) return Step::failed;
  // acquire: pairs with the exchange in leave_write_step(); the last owner's retiring is seen.
  if (writing_.exchange(true, std::memory_order_acquire)) return Step::busy;
  Batch batch;
  const Step step = failed() ? Step::failed : claim(batch) ? write_batch(batch) : Step::nothing;
  leave_write_step();
  return step;
}

// Under state_ with patchers: a patch gets a position at or above everything claimed so far.
bool Drain::claim(Batch& batch) noexcept {
  const RegionHeader& header = region_.header();
  const std::lock_guard lock(state_);
  // acquire: pairs with the exchange in Producer::try_accept. Read before the rows, see RunView.
  std::uint64_t limit = header.accepted.load(std::memory_order_acquire);
  // relaxed: written only by the owner of the write step (we), and by patchers under state_ (held).
  const std::uint64_t written = header.written.load(std::memory_order_relaxed);
  const std::uint64_t patch = header.patches_retired.load(std::memory_order_relaxed);
  statistics_.high_water = std::max(statistics_.high_water, limit - written);
  if (patch < header.patches_pushed.load(std::memory_order_relaxed)) {
    const Patch& next = header.patches[static_cast<std::size_t>(patch % kPatchRows)];
    if (next.position <= written) {
      claim_patch(batch, next);
      return true;
    }
    limit = std::min(limit, next.position);
  }
  if (written == limit) return false;
  claim_run(batch, limit);
  return true;
}

void Drain::claim_patch(Batch& batch, const Patch& patch) const noexcept {
  batch.is_patch = true;
  batch.position = patch.position;
  batch.file_offset = patch.file_offset;
  batch.length = patch.length;
  batch.add(region_.patch_ring().parts(patch.data_offset, static_cast<std::size_t>(patch.length)));
}

// Takes as many pieces as follow each other in the file: early wraps and gaps in the ring do not
// cut a write.
void Drain::claim_run(Batch& batch, std::uint64_t limit) const noexcept {
  const RegionHeader& header = region_.header();
  // relaxed: retired rows are ours.
  RunView view(header, header.runs_retired.load(std::memory_order_relaxed), limit);
  std::uint64_t position = header.written.load(std::memory_order_relaxed);  // ours too
  batch.position = position;
  while (position < limit && batch.part_count + 2 <= kMaxParts && batch.length < kMaxBatch) {
    const Piece piece = view.piece_at(position);
    if (batch.length == 0) batch.file_offset = piece.file_offset;
    if (piece.file_offset != batch.file_offset + batch.length) break;
    const std::uint64_t n = std::min(piece.length, kMaxBatch - batch.length);
    batch.add(region_.ring().parts(piece.ring_offset, static_cast<std::size_t>(n)));
    batch.length += n;
    position += n;
  }
}

// The one place where short writes are continued. Ring space is freed after every call that took
// bytes.
Step Drain::write_batch(const Batch& batch) noexcept {
  std::array<std::span<const std::byte>, kMaxParts> parts = batch.parts;
  std::size_t first = 0;
  std::uint64_t done = 0;
  region_.header().intent = {batch.file_offset, batch.length, os::wall_clock_ns()};
  while (done < batch.length) {
    IoResult result = backend_.write_at(std::span(parts).subspan(first, batch.part_count - first),
                                        batch.file_offset + done);
    if (result.bytes == 0 && !result.error) {
      result.error = std::make_error_code(std::errc::io_error);  // no progress and no reason
    }
    done += result.bytes;
    advance(batch, done);
    if (result.error) {
      if (is_full_disk(result.error) && wait_for_space_.load()) return Step::no_space;
      fail({result.error, Operation::write, batch.file_offset + done,
            batch.position + (batch.is_patch ? 0 : done), 0});
      return Step::failed;
    }
    for (std::size_t taken = result.bytes; taken > 0;) {
      const std::size_t step = std::min(taken, parts[first].size());
      parts[first] = parts[first].subspan(step);
      taken -= step;
      if (parts[first].empty()) ++first;
    }
  }
  store_identity();
  return Step::progressed;
}

void Drain::advance(const Batch& batch, std::uint64_t done) noexcept {
  RegionHeader& header = region_.header();
  {
    const std::lock_guard lock(state_);
    ++statistics_.os_writes;
    if (batch.is_patch) {
      if (done < batch.length) return;  // a patch is retired whole
      // release: recovery must not see the patch retired before it is in the file.
      header.patches_retired.fetch_add(1, std::memory_order_release);
    } else {
      const std::uint64_t written = batch.position + done;
      std::uint64_t row = header.runs_retired.load(std::memory_order_relaxed);  // ours
      // acquire: pairs with RunTable::push; rows up to the one that holds `written` are complete.
      const std::uint64_t pushed = header.runs_pushed.load(std::memory_order_acquire);
      const auto run = [&](std::uint64_t index) -> const Run& {
        return header.runs[static_cast<std::size_t>(index % kRunRows)];
      };
      while (row + 1 < pushed && run(row + 1).position <= written) ++row;
      header.written.store(written, std::memory_order_release);
      // release: pairs with the acquires in Producer::fits and RunTable::has_room.
      header.freed.store(run(row).ring_offset + (written - run(row).position),
                         std::memory_order_release);
      header.runs_retired.store(row, std::memory_order_release);
    }
  }
  changed_.notify_all();
}

void Drain::store_identity() noexcept {
  std::error_code error;
  const FileState state = backend_.state(error);
  if (error) return;  // recovery then sees the state of the last write and keeps the intent
  Identity& identity = region_.header().identity;
  identity.size = state.size;
  identity.modified_ns = state.modified_ns;
  identity.changed_ns = state.changed_ns;
  region_.header().intent.length = 0;
}

void Drain::leave_write_step() noexcept {
  bool wanted = false;
  {
    const std::lock_guard lock(state_);
    wanted = std::exchange(helper_wanted_, false);
    // release: pairs with the acquire in write_step().
    writing_.exchange(false, std::memory_order_release);
  }
  changed_.notify_all();
  if (wanted) helper_.want_steps();
}

bool Drain::try_patch(std::span<const std::byte> data, std::uint64_t file_offset) {
  RegionHeader& header = region_.header();
  const std::lock_guard lock(state_);
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
  // acquire: the patch comes after every write that happened before this call.
  row(pushed) = {header.accepted.load(std::memory_order_acquire), file_offset, begin, data.size()};
  // release: recovery sees the row and its bytes before the number.
  header.patches_pushed.store(pushed + 1, std::memory_order_release);
  return true;
}

}  // namespace ringproc::core
