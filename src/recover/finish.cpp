#include "recover/finish.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/error.hpp"
#include "drain/replay.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"
#include "recover/identity.hpp"
#include "recover/image.hpp"
#include "recover/keep.hpp"
#include "region/journal.hpp"

namespace ringproc::core {
namespace {

std::error_code tell(const RegionFile& file, const Region& copy) noexcept {
  const Journal& journal = copy.header().journal;
  return file.write_at(std::as_bytes(std::span(&journal, 1)), offsetof(RegionHeader, journal));
}

// Writes into the owner's file as the owner did: what is about to be changed is told beforehand, in
// the region itself, so that a recovery which is cut off can be told from a stranger, too. The
// watermarks stay: they move when everything is durable, by the region's removal.
class OwnersPen final : public ReplayObserver {
 public:
  OwnersPen(const RegionFile& file, Region& copy, Backend& target)
      : file_(file), copy_(copy), target_(target) {}

  std::error_code before(const Batch& batch) noexcept override {
    if (!fetch(file_, copy_, batch)) return std::make_error_code(std::errc::io_error);
    end_ = std::max(end_, batch.file_offset + batch.length);
    begin_change(copy_.header(), batch.file_offset, batch.length, batch.position);
    return tell(file_, copy_);
  }

  void after(const Batch&) noexcept override {
    // If it cannot be told, the change stays begun, which explains the file as well.
    static_cast<void>(settle());
    forget_bytes(copy_);
  }

  // Gives back what the owner took beyond the end of its file: see SpaceAhead.
  std::error_code give_back_space() noexcept {
    const RegionHeader& header = copy_.header();
    if (header.space_end == 0) return {};
    std::error_code error;
    const std::uint64_t size = target_.state(error).size;
    if (error) return error;
    // Filled: the size was the space's, the end is that of the bytes.
    const bool filled = header.space_filled != 0 && size <= header.space_end;
    const std::uint64_t end = filled ? std::max<std::uint64_t>(header.file_end, end_) : size;
    if (end > size) return {};
    begin_change(copy_.header(), end, kCut, kNoPosition);
    if (auto told = tell(file_, copy_)) return told;
    if (auto cut = target_.truncate(end)) return cut;
    return settle();
  }

  std::error_code settle() noexcept {
    std::error_code error;
    const FileState now = target_.state(error);
    return error ? error : core::settle(file_, copy_, now);
  }

 private:
  const RegionFile& file_;
  Region& copy_;
  Backend& target_;
  std::uint64_t end_ = 0;  // of what was replayed
};

// The first batch of a replay, its bytes fetched; empty if there is none.
Batch first_batch(const RegionFile& file, Region& copy) {
  Batch batch;
  if (!claim(copy, batch) || !fetch(file, copy, batch)) return {};
  return batch;
}

bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

// The owner died between renaming the file and telling of it: then it is found by the new name.
bool was_just_renamed(const RegionHeader& header, std::string& path) {
  const std::string other = other_path_of(header);
  if (other.empty()) return false;
  std::error_code error;
  const FileState now = file_state(other, error);
  if (error || !why_another_file(header, now).empty()) return false;
  path = other;
  return true;
}

}  // namespace

std::string conflict_of(const RegionFile& file, Region& copy, std::string& path,
                        std::unique_ptr<Backend>& target, std::error_code& error) {
  const RegionHeader& header = copy.header();
  if (header.identity.boot_id.data() != os::boot_id()) {
    return "the machine has been started since";
  }
  bool renamed = false;
  FileState named = file_state(path, error);
  std::string why;
  if (is_missing(error)) {
    error = {};
    why = "it was deleted or renamed";
  } else if (!error) {
    why = why_another_file(header, named);
  }
  if (!why.empty()) {
    renamed = was_just_renamed(header, path);
    if (!renamed) return why;
  }
  if (error) return {};
  // Where shares are kept by the OS, what is open for writing can be denied to others only at once.
  constexpr OpenRequest kAlone{true, true, false, false, true};
  target = open_file(path, kAlone, error);
  if (error == Errc::sharing) {
    error = {};
    return "another process has it open";
  }
  if (error == std::errc::is_a_directory) {
    error = {};
    return "a directory has its name now";
  }
  if (error) return {};
  const FileState now = target->state(error);
  if (error) return {};
  // Not changed between the two looks.
  if (why = why_another_file(header, now); !why.empty()) return why;
  if (target->share(kAlone) == Errc::sharing) {
    return "another process has it open";
  }
  if (probe::mutant(probe::Mutant::replay_into_changed)) return {};
  why = why_changed(header, now, renamed, first_batch(file, copy), *target);
  forget_bytes(copy);
  return why;
}

std::error_code settle(const RegionFile& file, Region& copy, const FileState& now) noexcept {
  Journal& journal = copy.header().journal;
  if (journal.begun == journal.settled) journal.begun.fetch_add(1);
  settle_change(journal, now, copy.header().identity.renames);
  return tell(file, copy);
}

std::error_code finish(const RegionFile& file, Region& copy, Backend& target) {
  OwnersPen pen(file, copy, target);
  // A change that was begun has explained the file's state; the next one could not.
  if (auto error = pen.settle()) return error;
  if (auto error = replay(copy, target, &pen)) return error;
  if (auto error = pen.give_back_space()) return error;
  if (auto error = target.sync()) return error;
  const std::error_code error = target.sync_name();
  return error == std::errc::not_supported ? std::error_code{} : error;
}

std::error_code give_back_space(const RegionFile& file, Region& copy, Backend& target) {
  OwnersPen pen(file, copy, target);
  if (auto error = pen.settle()) return error;
  if (auto error = pen.give_back_space()) return error;
  return target.sync();
}

}  // namespace ringproc::core
