#include "recover/identity.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ringproc::core {
namespace {

// A file's times may come from a clock that ticks coarsely (2 s on FAT), so they may lie before the
// wall clock read just before.
constexpr std::uint64_t kClockSlackNs = 2'000'000'000;
// Within this a write that was begun has normally touched the file. If it did so later (the disk
// hung), the file must show what was being written, all of it.
constexpr std::uint64_t kUsualWriteNs = 2'000'000'000;

bool shows(std::span<const std::byte> bytes, std::uint64_t offset, Backend& file) {
  std::array<std::byte, 16384> there;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t n = std::min(there.size(), bytes.size() - done);
    const IoResult read = file.read_at(std::span(there).first(n), offset + done);
    if (read.error || read.bytes != n) return false;
    if (std::memcmp(there.data(), bytes.data() + done, n) != 0) return false;
    done += n;
  }
  return true;
}

// Does the file hold the batch's bytes, as far as the batch reaches into [from, to)?
bool shows_part(const Batch& batch, std::uint64_t from, std::uint64_t to, Backend& file) {
  std::uint64_t at = batch.file_offset;
  for (std::size_t i = 0; i < batch.part_count; at += batch.parts[i++].size()) {
    const std::uint64_t begin = std::max(at, from);
    const std::uint64_t end = std::min(at + batch.parts[i].size(), to);
    if (begin >= end) continue;
    const auto part = batch.parts[i].subspan(static_cast<std::size_t>(begin - at),
                                             static_cast<std::size_t>(end - begin));
    if (!shows(part, begin, file)) return false;
  }
  return true;
}

// Whether the change that was begun writes bytes of the ring.
bool names_bytes(const Journal& journal) {
  return journal.length != kCut && journal.position != kNoPosition;
}

// Whether of the change that was begun something is still in the ring: then the next batch begins
// with it.
bool is_pending(const RegionHeader& header) {
  const Journal& journal = header.journal;
  return names_bytes(journal) && header.patches_retired == journal.patches &&
         header.written >= journal.position && header.written - journal.position < journal.length;
}

// Whether it was made completely, and only telling so was left.
bool is_done(const RegionHeader& header) {
  const Journal& journal = header.journal;
  return names_bytes(journal) && journal.begun == journal.settled + 1 &&
         (header.patches_retired > journal.patches ||
          header.written >= journal.position + journal.length);
}

bool size_is_explained(const RegionHeader& header, std::uint64_t before, std::uint64_t now) {
  const Journal& journal = header.journal;
  const std::uint64_t end = journal.file_offset + journal.length;
  if (is_done(header)) return now == std::max(before, end);
  if (now == before) return true;
  if (journal.length == kCut) return now == journal.file_offset;
  return now > before && now <= end;
}

bool time_is_explained(const RegionHeader& header, std::uint64_t modified_ns, const Batch& next,
                       Backend& file) {
  const Journal& journal = header.journal;
  if (modified_ns + kClockSlackNs < journal.time_ns) return false;
  if (modified_ns <= journal.time_ns + kUsualWriteNs) return true;
  const std::uint64_t end = journal.file_offset + journal.length;
  return is_pending(header) && next.file_offset + next.length >= end &&
         shows_part(next, next.file_offset, end, file);
}

// What the owner stored of the file's times. renamed: its change time may be another.
bool times_are_as_marked(const FileMark& mark, const FileState& now, bool renamed) {
  const auto is = [since = mark.since_ns.load()](std::uint64_t time, std::uint64_t marked) {
    return since == 0 ? time == marked : time + kClockSlackNs >= since && time <= marked;
  };
  return is(now.modified_ns, mark.modified_ns) && (renamed || is(now.changed_ns, mark.changed_ns));
}

}  // namespace

std::string why_another_file(const RegionHeader& header, const FileState& now) {
  const Identity& left = header.identity;
  if (now.id != FileId{left.device, left.inode}) {
    return "another file has its name now";
  }
  if (now.birth_ns != 0 && left.birth_ns != 0 && now.birth_ns != left.birth_ns) {
    return "it was deleted, and another file has been created under its name";
  }
  return {};
}

std::string why_changed(const RegionHeader& header, const FileState& now, bool renamed,
                        const Batch& next, Backend& file) {
  const Journal& journal = header.journal;
  const FileMark& mark = journal.marks[static_cast<std::size_t>(journal.settled % 2)];
  renamed = renamed || mark.renames != header.identity.renames;
  if (now.size == mark.size && times_are_as_marked(mark, now, renamed)) return {};
  if (journal.begun == journal.settled) {
    return now.size == mark.size ? "somebody has changed it since"
                                 : "somebody has changed its size since";
  }
  // A write that makes the file longer does so after its bytes are there.
  const std::uint64_t grown_from = std::max<std::uint64_t>(mark.size, journal.file_offset);
  if (!size_is_explained(header, mark.size, now.size) ||
      (is_pending(header) && !shows_part(next, grown_from, now.size, file))) {
    return "somebody has changed its size since";
  }
  if (!time_is_explained(header, now.modified_ns, next, file)) {
    return "somebody has changed it since";
  }
  return {};
}

}  // namespace ringproc::core
