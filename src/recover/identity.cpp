#include "recover/identity.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ringproc::core {
namespace {

// A file's times may come from a clock that ticks coarsely (2 s on FAT), so they may lie before the
// wall clock read just before.
constexpr std::uint64_t kClockSlackNs = 2'000'000'000;
// Within this a write that was begun has normally touched the file. Later than that (the disk hung)
// the file must show the owner's bytes.
constexpr std::uint64_t kUsualWriteNs = 2'000'000'000;
constexpr std::size_t kCompared = 16;

// Does the file hold the first of the bytes that the owner was writing?
bool shows_bytes_of(const Batch& next, Backend& file) {
  if (next.part_count == 0) return false;
  const auto& part = next.parts[0];
  std::array<std::byte, kCompared> there;
  const std::size_t n = std::min(part.size(), kCompared);
  const IoResult read = file.read_at(std::span(there).first(n), next.file_offset);
  return !read.error && read.bytes == n && std::memcmp(there.data(), part.data(), n) == 0;
}

bool size_is_explained(const Journal& journal, std::uint64_t before, std::uint64_t now) {
  if (now == before) return true;
  if (journal.length == kWholeFile) return now == 0;
  return now > before && now <= journal.file_offset + journal.length;
}

bool time_is_explained(const Journal& journal, std::uint64_t modified_ns, const Batch& next,
                       Backend& file) {
  const std::uint64_t begun = journal.time_ns;
  if (modified_ns + kClockSlackNs < begun) return false;
  if (modified_ns <= begun + kUsualWriteNs) return true;
  return next.file_offset == journal.file_offset && shows_bytes_of(next, file);
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
  renamed = renamed || journal.renamed == journal.settled + 1;
  const bool same = now.size == mark.size && now.modified_ns == mark.modified_ns &&
                    (now.changed_ns == mark.changed_ns || renamed);
  if (same) return {};
  if (journal.begun == journal.settled) {
    return now.size == mark.size ? "somebody has changed it since"
                                 : "somebody has changed its size since";
  }
  if (!size_is_explained(journal, mark.size, now.size)) {
    return "somebody has changed its size since";
  }
  if (!time_is_explained(journal, now.modified_ns, next, file)) {
    return "somebody has changed it since";
  }
  return {};
}

}  // namespace ringproc::core
