#include "drain/batch.hpp"

#include <algorithm>

#include "probe/probe.hpp"
#include "region/run_table.hpp"

namespace ringproc::core {
namespace {

void claim_patch(const Region& region, const Patch& patch, Batch& batch) {
  batch.is_patch = true;
  batch.position = patch.position;
  batch.file_offset = patch.file_offset;
  batch.length = patch.length;
  batch.add(region.patch_ring().parts(patch.data_offset, static_cast<std::size_t>(patch.length)));
}

// Takes as many pieces as follow each other in the file: early wraps and gaps in the ring do not
// cut a write.
void claim_run(const Region& region, std::uint64_t position, std::uint64_t limit,
               std::uint64_t rows_seen, Batch& batch) {
  const RegionHeader& header = region.header();
  // relaxed: retired rows are the claimer's.
  RunView view(header, header.runs_retired.load(std::memory_order_relaxed), limit, rows_seen);
  batch.position = position;
  while (position < limit && batch.part_count + 2 <= kMaxParts && batch.length < kMaxBatch) {
    const Piece piece = view.piece_at(position);
    if (batch.length == 0) batch.file_offset = piece.file_offset;
    if (piece.file_offset != batch.file_offset + batch.length) break;
    const std::uint64_t n = std::min(piece.length, kMaxBatch - batch.length);
    batch.add(region.ring().parts(piece.ring_offset, static_cast<std::size_t>(n)));
    batch.length += n;
    position += n;
  }
}

}  // namespace

void Batch::add(const RingParts& more) noexcept {
  for (const auto& part : more.part) {
    if (!part.empty()) parts[part_count++] = part;
  }
}

void Batch::cut(std::uint64_t bytes) noexcept {
  length = bytes;
  std::size_t count = 0;
  for (std::uint64_t left = bytes; left > 0; ++count) {
    auto& part = parts[count];
    if (left < part.size()) part = part.first(static_cast<std::size_t>(left));
    left -= part.size();
  }
  part_count = count;
}

bool claim(const Region& region, Batch& batch) noexcept {
  const RegionHeader& header = region.header();
  const std::uint64_t rows_seen =
      probe::early(probe::Mutant::rows_before_accepted, header.runs_pushed);
  // acquire: pairs with the exchange in Producer::try_accept. Read before the rows, see RunView.
  std::uint64_t limit = header.accepted.load(std::memory_order_acquire);
  // relaxed: written only by who claims, and by patchers, who are kept away.
  const std::uint64_t written = header.written.load(std::memory_order_relaxed);
  const std::uint64_t patch = header.patches_retired.load(std::memory_order_relaxed);
  if (patch < header.patches_pushed.load(std::memory_order_acquire)) {
    const Patch& next = header.patches[static_cast<std::size_t>(patch % kPatchRows)];
    if (next.position <= written) {
      claim_patch(region, next, batch);
      return true;
    }
    limit = std::min(limit, next.position);
  }
  if (written == limit) return false;
  claim_run(region, written, limit, rows_seen, batch);
  return true;
}

void retire(RegionHeader& header, const Batch& batch, std::uint64_t done) noexcept {
  if (batch.is_patch) {
    if (done < batch.length) return;  // a patch is retired whole
    // release: recovery must not see the patch retired before it is in the file.
    header.patches_retired.fetch_add(1, std::memory_order_release);
    probe::stored();
    return;
  }
  const std::uint64_t written = batch.position + done;
  std::uint64_t row = header.runs_retired.load(std::memory_order_relaxed);  // the claimer's
  // acquire: pairs with RunTable::push; rows up to the one that holds `written` are complete.
  const std::uint64_t pushed = header.runs_pushed.load(std::memory_order_acquire);
  const auto run = [&](std::uint64_t index) -> const Run& {
    return header.runs[static_cast<std::size_t>(index % kRunRows)];
  };
  while (row + 1 < pushed && run(row + 1).position <= written) ++row;
  if (probe::mutant(probe::Mutant::retire_run_early) && row + 1 < pushed) ++row;
  header.written.store(written, std::memory_order_release);
  probe::stored();
  // release: pairs with the acquires in Producer::fits and RunTable::has_room.
  header.freed.store(run(row).ring_offset + (written - run(row).position),
                     std::memory_order_release);
  probe::stored();
  header.runs_retired.store(row, std::memory_order_release);
  probe::stored();
}

}  // namespace ringproc::core
