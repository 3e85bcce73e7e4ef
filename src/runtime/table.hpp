// All open files of the process, by identity: one File per (device, inode), however many handles.
// Any thread.
#pragma once

#include <array>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "backend/backend.hpp"
#include "file/file.hpp"

namespace ringproc::core {

// Where rings that survive the process can live, or why nowhere.
struct RegionPlace {
  std::shared_ptr<Place> place;
  std::string problem;
};

class FileTable {
 public:
  // What a handle holds: its file, and its place among the modes that others are checked against.
  struct Attachment {
    std::shared_ptr<File> file;
    std::list<OpenRequest>::iterator mode;
    bool suspect = false;       // a sync of this file failed earlier in this process
    std::string why_private{};  // with Errc::survive
  };

  // Attaches a freshly opened OS file: to the File that has its identity already, or to a new one.
  // On error nothing is changed. Errors: Errc::sharing (also while an abandoned close is not over),
  // the OS's, memory.
  [[nodiscard]] Attachment attach(std::unique_ptr<Backend> opened, const OpenRequest& mode,
                                  Scheduler& scheduler, const Options& options,
                                  const RegionPlace& place, std::error_code& error);

  // What an attachment that is given up leaves behind.
  enum class Left {
    others,   // other handles on the file
    nothing,  // the file is gone from the table; the caller closes the backends
    work,     // what a lane has still to do: the file stays, closed to opens, until retire()
  };
  // unfinished: there is work beyond bytes that are not written.
  [[nodiscard]] Left detach(Attachment& attachment, bool unfinished = false) noexcept;
  // Detached with nothing left, but somebody is still inside a step: the file is closed to opens
  // until retire(), unless somebody has opened it meanwhile. Allocates.
  void abandon(const std::shared_ptr<File>& file);
  // Opens of that file are told from now on.
  void suspect(const File& file);

  // An abandoned file's lane came back. Returns true if the file was abandoned and is now gone from
  // the table.
  [[nodiscard]] bool retire(File& file) noexcept;

  // The file is about to be renamed: paths follow the identity. Returns: false if another thread is
  // renaming it. Else renamed() follows, done or not.
  [[nodiscard]] bool renaming(const FileId& id, const std::string& to);
  // to: twice the new name. Memory for it was taken before, so that this cannot fail when the file
  // has it.
  void renamed(const FileId& id, std::array<std::string, 2> to, bool done) noexcept;
  // The directory's sync after a rename failed. No flush may claim the name by another one: the
  // file has failed, and later opens are told.
  void name_failed(const FileId& id, const std::error_code& error);

  [[nodiscard]] std::vector<std::shared_ptr<File>> all() const;
  [[nodiscard]] std::size_t handles(const File& file) const noexcept;

  // Around fork(): nobody else may be inside while the process is copied.
  void lock() { m_.lock(); }
  void unlock() { m_.unlock(); }
  // In the child: every file belongs to the parent.
  void orphan_all() noexcept;

 private:
  struct Entry {
    std::shared_ptr<File> file;
    std::list<OpenRequest> modes;
    bool abandoned = false;
    bool renaming = false;
  };

  void note_suspect(File& file);
  [[nodiscard]] static bool excludes(const Entry& entry, const OpenRequest& mode) noexcept;
  [[nodiscard]] static OpenRequest all_modes(const std::list<OpenRequest>& modes) noexcept;

  mutable std::mutex m_;
  std::map<FileId, Entry> entries_;  // guarded by m_
  std::set<FileId> suspects_;        // guarded by m_
};

}  // namespace ringproc::core
