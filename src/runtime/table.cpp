#include "runtime/table.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.hpp"

namespace ringproc::core {

FileTable::Attachment FileTable::attach(std::unique_ptr<Backend> opened, const OpenRequest& mode,
                                        Scheduler& scheduler, const Options& options,
                                        const RegionPlace& place, std::error_code& error) {
  Attachment attachment;
  // Whatever asks the disk comes before the lock: one that hangs must not keep others from their
  // files on another. The ring is made from what is known then.
  const FileState state = opened->state(error);
  const std::string path = opened->path();
  if (!error && mode.write && options.direct == Direct::on) {
    static_cast<void>(opened->prepare_direct());  // asked for again, if this open makes the ring
  }
  if (error) return attachment;
  const std::lock_guard lock(m_);
  const auto at = entries_.try_emplace(state.id).first;
  Entry& entry = at->second;
  bool added = false;
  // Whatever goes wrong from here on, by an error or by memory shortage, leaves the table as it
  // was.
  const auto undo = [&] {
    if (added) entry.modes.pop_back();
    if (entry.modes.empty() && !entry.abandoned) entries_.erase(at);
  };
  try {
    if (entry.abandoned || excludes(entry, mode)) error = Errc::sharing;
    if (!error) {
      entry.modes.push_back(mode);
      added = true;
      Backend& claims = entry.file ? entry.file->claims() : *opened;
      error = claims.share(all_modes(entry.modes));
    }
    if (!error && !entry.file) {
      entry.file = std::make_shared<File>(std::move(opened), state.id, scheduler, options);
    }
    // No I/O on the file: reserves memory, starts threads. Under m_ so that two openers make one
    // ring.
    if (!error && mode.write && !entry.file->writable()) {
      error = entry.file->make_writable(std::move(opened), place.place, place.problem);
    }
    // Somebody may have moved the file: this handle knows it by its new name only.
    if (!error && mode.write) entry.file->backend().also_named(path);
  } catch (...) {
    undo();
    throw;
  }
  if (error == Errc::survive) attachment.why_private = entry.file->place_text();
  if (error) {
    undo();
    return attachment;
  }
  attachment.file = entry.file;
  attachment.mode = std::prev(entry.modes.end());
  attachment.suspect = suspects_.contains(state.id);
  return attachment;
}

FileTable::Left FileTable::detach(Attachment& attachment, bool unfinished) noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(attachment.file->id());
  Entry& entry = at->second;
  entry.modes.erase(attachment.mode);
  if (!entry.modes.empty()) {
    // Less than before: cannot fail. In a forked child the claims are the parent's.
    if (!entry.file->orphaned()) {
      static_cast<void>(entry.file->claims().share(all_modes(entry.modes)));
    }
    return Left::others;
  }
  note_suspect(*entry.file);
  if (unfinished || entry.file->has_work()) {
    entry.abandoned = true;
    return Left::work;
  }
  entries_.erase(at);
  return Left::nothing;
}

void FileTable::abandon(const std::shared_ptr<File>& file) {
  const std::lock_guard lock(m_);
  const auto [at, fresh] = entries_.try_emplace(file->id());
  if (!fresh) return;
  at->second.file = file;
  at->second.abandoned = true;
}

void FileTable::suspect(const File& file) {
  const std::lock_guard lock(m_);
  suspects_.insert(file.id());
}

void FileTable::note_suspect(File& file) {
  const Operation failed = file.failure().operation;
  if (failed == Operation::sync || failed == Operation::sync_name) suspects_.insert(file.id());
}

bool FileTable::retire(File& file) noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(file.id());
  if (at == entries_.end() || at->second.file.get() != &file || !at->second.abandoned) return false;
  note_suspect(file);
  entries_.erase(at);
  return true;
}

bool FileTable::renaming(const FileId& id, const std::string& to) {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(id);
  if (at == entries_.end()) return true;
  if (std::exchange(at->second.renaming, true)) return false;
  at->second.file->announce_rename(to);
  return true;
}

void FileTable::renamed(const FileId& id, std::array<std::string, 2> to, bool done) noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  at->second.renaming = false;
  if (done) at->second.file->rename(std::move(to));
}

void FileTable::name_failed(const FileId& id, const std::error_code& error) {
  const std::lock_guard lock(m_);
  if (const auto at = entries_.find(id); at != entries_.end() && at->second.file->writable()) {
    Drain& drain = at->second.file->drain();
    drain.fail({error, Operation::sync_name, 0, drain.header().written.load(), 0});
  }
  suspects_.insert(id);
}

std::vector<std::shared_ptr<File>> FileTable::all() const {
  const std::lock_guard lock(m_);
  std::vector<std::shared_ptr<File>> files;
  for (const auto& [id, entry] : entries_) files.push_back(entry.file);
  return files;
}

std::size_t FileTable::handles(const File& file) const noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(file.id());
  return at == entries_.end() ? 0 : at->second.modes.size();
}

void FileTable::orphan_all() noexcept {
  for (const auto& [id, entry] : entries_) entry.file->orphan();
}

// As Windows share modes: what one denies, the other must not do, both ways.
bool FileTable::excludes(const Entry& entry, const OpenRequest& mode) noexcept {
  return std::any_of(entry.modes.begin(), entry.modes.end(), [&](const OpenRequest& other) {
    return (other.deny_read && mode.read) || (other.deny_write && mode.write) ||
           (mode.deny_read && other.read) || (mode.deny_write && other.write);
  });
}

OpenRequest FileTable::all_modes(const std::list<OpenRequest>& modes) noexcept {
  OpenRequest all{false, false, false, false, false};
  for (const OpenRequest& mode : modes) {
    all.read |= mode.read;
    all.write |= mode.write;
    all.deny_read |= mode.deny_read;
    all.deny_write |= mode.deny_write;
  }
  return all;
}

}  // namespace ringproc::core
