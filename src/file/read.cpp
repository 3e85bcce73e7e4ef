// READ: a snapshot under the producer lock, then pending bytes oldest to newest over what the disk
// has. The writer is held up for the snapshot only; a read floor keeps the ring space it copies
// from.
#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "file/file.hpp"
#include "file/overlay.hpp"

namespace ringproc::core {
namespace {

// One thing to lay over the disk's bytes, in order of acceptance.
struct Layer {
  Interval range;             // in the file, within what was asked for
  std::uint64_t ring_offset;  // of range.begin; for a patch: index into `patch_bytes`
  bool is_patch;
};

}  // namespace

struct File::Snapshot {
  explicit Snapshot(WriteSide& side) : write(side) {
    layers.reserve(64);  // usually all; grown under the producer lock otherwise
  }
  ~Snapshot() { clear_floor(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  void clear_floor() noexcept {
    if (floor == ReadFloors::kReaders) return;
    write.floors.clear(std::exchange(floor, ReadFloors::kReaders));
    write.floors_cleared.fetch_add(1);
    write.drain.notify();  // a blocked writer or reader may have waited for this floor
  }

  WriteSide& write;
  Interval range{};
  std::vector<Layer> layers;
  std::vector<std::byte> patch_bytes;
  std::size_t floor = ReadFloors::kReaders;
};

IoResult File::read(Cursor& cursor, std::span<std::byte> to) noexcept {
  WriteSide* const write = side();
  if (!write) {
    const IoResult result = first_backend_->read_at(to, cursor.offset);
    if (!result.error) cursor.offset += result.bytes;
    return result.error ? IoResult{0, result.error} : result;
  }
  static_cast<void>(alone());
  if (write->drain.failed()) return {0, sticky()};
  try {
    Snapshot snapshot(*write);
    for (;;) {
      const std::uint64_t seen =
          write->floors_cleared.load();  // before the try: a later one wakes us
      if (take_snapshot(snapshot, cursor, to.size())) break;
      static_cast<void>(
          write->drain.wait([&] { return write->floors_cleared.load() != seen; }, {}));
      if (write->drain.failed()) return {0, sticky()};
    }
    const auto wanted =
        to.first(static_cast<std::size_t>(snapshot.range.end - snapshot.range.begin));
    Gaps gaps(snapshot.range);
    for (const Layer& layer : snapshot.layers) gaps.cover(layer.range);
    const auto place = [&](const Interval& at) {
      return wanted.subspan(static_cast<std::size_t>(at.begin - snapshot.range.begin),
                            static_cast<std::size_t>(at.end - at.begin));
    };
    for (const Layer& layer : snapshot.layers) {
      if (layer.is_patch) {
        std::memcpy(place(layer.range).data(),
                    &snapshot.patch_bytes[static_cast<std::size_t>(layer.ring_offset)],
                    place(layer.range).size());
      } else {
        write->region->ring().copy_out(layer.ring_offset, place(layer.range));
      }
    }
    snapshot.clear_floor();

    std::error_code error;
    for (const Interval& gap : gaps.list()) {
      error = read_file(place(gap), gap.begin);
      if (error) break;
    }
    if (error) {
      const Locked locked(*write);
      cursor.offset = snapshot.range.begin;
      return {0, error};
    }
    return {wanted.size(), {}};
  } catch (const std::bad_alloc&) {
    return {0, std::make_error_code(std::errc::not_enough_memory)};
  }
}

// Beyond the end on disk lie bytes that were never written: zeros.
std::error_code File::read_file(std::span<std::byte> to, std::uint64_t offset) noexcept {
  const IoResult result = first_backend_->read_at(to, offset);
  if (result.error) return result.error;
  std::memset(to.data() + result.bytes, 0, to.size() - result.bytes);
  return {};
}

// Returns false if all floors are taken. Moves the cursor. Under both locks watermarks, rows and
// patches belong together: what is below `written` is on disk, a retired patch too.
bool File::take_snapshot(Snapshot& snapshot, Cursor& cursor, std::size_t size) {
  WriteSide& write = *side();
  const RegionHeader& header = write.drain.header();
  const Locked locked(write);
  return write.drain.locked([&] {
    const std::uint64_t written = header.written.load(std::memory_order_acquire);
    snapshot.floor = write.floors.set(header.freed.load(std::memory_order_acquire));
    if (snapshot.floor == ReadFloors::kReaders) return false;
    const std::uint64_t end = std::min(logical_size(), cursor.offset + size);
    snapshot.range = {std::min(cursor.offset, end), end};
    cursor.offset = std::max(cursor.offset, end);

    std::uint64_t patch = header.patches_retired.load(std::memory_order_acquire);
    const std::uint64_t patches = header.patches_pushed.load(std::memory_order_acquire);
    const auto add_patches_below = [&](std::uint64_t position) {
      for (; patch < patches; ++patch) {
        const Patch& row = header.patches[static_cast<std::size_t>(patch % kPatchRows)];
        if (row.position > position) return;
        const Interval hit =
            intersect(snapshot.range, {row.file_offset, row.file_offset + row.length});
        if (hit.empty()) continue;
        const std::size_t at = snapshot.patch_bytes.size();
        snapshot.patch_bytes.resize(at + static_cast<std::size_t>(hit.end - hit.begin));
        write.region->patch_ring().copy_out(row.data_offset + (hit.begin - row.file_offset),
                                            std::span(snapshot.patch_bytes).subspan(at));
        snapshot.layers.push_back({hit, at, true});
      }
    };
    const std::uint64_t accepted = write.producer.accepted();
    RunView view(header, header.runs_retired.load(std::memory_order_acquire), accepted);
    for (std::uint64_t position = written; position < accepted;) {
      add_patches_below(position);
      Piece piece = view.piece_at(position);
      if (patch < patches) {
        const Patch& row = header.patches[static_cast<std::size_t>(patch % kPatchRows)];
        piece.length = std::min(piece.length, row.position - position);
      }
      const Interval hit =
          intersect(snapshot.range, {piece.file_offset, piece.file_offset + piece.length});
      if (!hit.empty()) {
        snapshot.layers.push_back(
            {hit, piece.ring_offset + (hit.begin - piece.file_offset), false});
      }
      position += piece.length;
    }
    add_patches_below(accepted);
    return true;
  });
}

}  // namespace ringproc::core
