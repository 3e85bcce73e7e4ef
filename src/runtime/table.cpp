#include "runtime/table.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace ringproc::core {

FileTable::Attachment FileTable::attach(std::unique_ptr<Backend> opened, const OpenRequest& mode,
                                        bool cut, Scheduler& scheduler, const Options& options,
                                        std::error_code& error) {
  Attachment attachment;
  const FileState state = opened->state(error);
  if (error) return attachment;
  bool existed = true;
  {
    const std::lock_guard lock(m_);
    Entry& entry = entries_[state.id];
    if (entry.abandoned || excludes(entry, mode)) {
      error = Errc::sharing;
      return attachment;
    }
    existed = entry.file != nullptr;
    std::list<OpenRequest> modes = entry.modes;
    modes.push_back(mode);
    Backend& claims = existed ? entry.file->backend() : *opened;
    error = claims.share(all_modes(modes));
    if (error) {
      if (!existed) entries_.erase(state.id);
      return attachment;
    }
    if (!existed) {
      entry.file = std::make_shared<File>(std::move(opened), state.id, scheduler, options);
    }
    attachment.mode = entry.modes.insert(entry.modes.end(), mode);
    attachment.file = entry.file;
    attachment.suspect = suspects_.contains(state.id);
    // No I/O on the file: reserves memory, starts threads. Under m_ so that two openers make one
    // ring.
    if (mode.write && !entry.file->writable()) {
      error = entry.file->make_writable(existed ? std::move(opened) : nullptr);
    }
  }
  if (!error && cut) error = mode.write ? attachment.file->cut() : make_error_code(Errc::access);
  if (!error && mode.write) attachment.file->drain().name_is_due();
  if (error) {
    if (detach(attachment)) static_cast<void>(attachment.file->close_backends());
    attachment.file.reset();
  }
  return attachment;
}

bool FileTable::detach(Attachment& attachment) noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(attachment.file->id());
  Entry& entry = at->second;
  entry.modes.erase(attachment.mode);
  const Failure failure = entry.file->failure();
  // In a forked child: the claims belong to the parent, who shares the OS's description of the open
  // file.
  const bool orphan = failure.error == Errc::forked;
  if (!entry.modes.empty() && orphan) return false;
  if (!entry.modes.empty()) {
    // Giving up a claim does not fail; a stricter claim than needed would stay, nothing worse.
    static_cast<void>(entry.file->backend().share(all_modes(entry.modes)));
    return false;
  }
  if (failure.operation == Operation::sync || failure.operation == Operation::sync_name) {
    suspects_.insert(at->first);
  }
  if (!entry.abandoned) entries_.erase(at);
  return true;
}

void FileTable::abandon(File& file) noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(file.id());
  if (at->second.modes.size() == 1) at->second.abandoned = true;
}

bool FileTable::retire(File& file) noexcept {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(file.id());
  if (at == entries_.end() || at->second.file.get() != &file || !at->second.abandoned) return false;
  entries_.erase(at);
  return true;
}

void FileTable::renamed(const FileId& id, const std::string& to) {
  const std::lock_guard lock(m_);
  const auto at = entries_.find(id);
  if (at != entries_.end()) at->second.file->rename(to);
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
