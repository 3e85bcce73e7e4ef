#include "powercut/promises.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace powercut {
namespace {

// preallocate=written fills so much beyond an end that has since moved by at most a small piece.
constexpr std::uint32_t kMostZerosAhead = 1024 * 1024 + 64 * 1024;

bool promises_content(Kind kind, const Expectations& expectations) {
  return kind == Kind::write_flush || kind == Kind::flush || kind == Kind::message ||
         (kind == Kind::close && expectations.close_is_durable);
}

bool writes(Kind kind) { return kind == Kind::write || kind == Kind::write_flush; }

// What was promised about one file, and what else it may be.
struct File {
  unsigned number = 0;
  bool named = false;         // its name is promised
  std::size_t durable = 0;    // the content after the operations below this
  bool closed = false;        // durably: nothing is ahead of its end
  unsigned oldest_name = 0;   // renames it has seen for certain
  unsigned newest_name = 0;   // and perhaps
  std::uint32_t size = 0;     // for certain
  std::uint32_t largest = 0;  // if everything arrived
  bool opened = false;
};

File promised(unsigned number, const std::vector<Op>& script, const Progress& progress,
              const Expectations& expectations) {
  File file;
  file.number = number;
  unsigned renames = 0;
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < std::min(progress.begun, script.size()); ++i) {
    const Op& op = script[i];
    if (op.file != number) continue;
    file.opened = true;
    if (op.kind == Kind::rename) ++renames;
    if (writes(op.kind)) end = std::max(end, op.offset + op.size);
    file.newest_name = renames;
    file.largest = end;
    if (!progress.returned.contains(i)) continue;
    const bool content = promises_content(op.kind, expectations);
    if (!content && op.kind != Kind::rename) continue;
    file.named = true;
    file.oldest_name = renames;
    if (!content) continue;
    file.durable = i + 1;
    file.size = end;
    file.closed = op.kind == Kind::close;
  }
  return file;
}

std::vector<std::uint8_t> read_all(const std::string& path, bool& good) {
  std::vector<std::uint8_t> bytes;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat now {};
  good = fd >= 0 && ::fstat(fd, &now) == 0;
  if (good) bytes.resize(static_cast<std::size_t>(now.st_size));
  for (std::size_t done = 0; good && done < bytes.size();) {
    const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
    good = n > 0;
    if (good) done += static_cast<std::size_t>(n);
  }
  if (fd >= 0) static_cast<void>(::close(fd));
  return bytes;
}

class Check {
 public:
  Check(const std::string& directory, std::uint64_t seed, const std::vector<Op>& script,
        const Progress& progress, const Expectations& expectations)
      : directory_(directory),
        seed_(seed),
        script_(script),
        progress_(progress),
        expectations_(expectations) {}

  std::vector<std::string> run() {
    unsigned files = 0;
    for (const Op& op : script_) files = std::max(files, op.file + 1);
    std::size_t explained = 0;
    for (unsigned number = 0; number < files; ++number) {
      explained += check_file(promised(number, script_, progress_, expectations_));
    }
    if (names_of_seed() != explained) complain("there are names that nobody gave");
    return std::move(complaints_);
  }

 private:
  // Returns: names of it that were found.
  std::size_t check_file(const File& file) {
    std::optional<unsigned> found;
    std::size_t names = 0;
    for (unsigned name = 0; name <= file.newest_name; ++name) {
      if (::access(path(file, name).c_str(), F_OK) != 0) continue;
      ++names;
      found = name;
      if (!file.opened) complain(path(file, name) + ": not yet made, but there");
      if (file.named && name < file.oldest_name) {
        complain(path(file, name) + ": renamed, but still there");
      }
    }
    if (names > 1) complain(path(file, *found) + ": has two names");
    if (!found && file.named) complain(path(file, file.oldest_name) + ": gone");
    if (found) check_content(file, path(file, *found));
    return names;
  }

  void check_content(const File& file, const std::string& path) {
    bool good = false;
    const std::vector<std::uint8_t> there = read_all(path, good);
    if (!good) return complain(path + ": cannot be read");
    if (there.size() < file.size) {
      complain(path + ": has " + std::to_string(there.size()) + " bytes of " +
               std::to_string(file.size));
    }
    if (there.size() > file.largest + most_ahead(file)) {
      complain(path + ": has " + std::to_string(there.size()) + " bytes, never had more than " +
               std::to_string(file.largest));
    }
    check_bytes(file, path, there);
  }

  std::uint32_t most_ahead(const File& file) const {
    return expectations_.zeros_ahead && !file.closed ? kMostZerosAhead : 0;
  }

  void check_bytes(const File& file, const std::string& path,
                   const std::vector<std::uint8_t>& there) {
    std::vector<std::uint8_t> durable(there.size(), 0);
    for (std::size_t i = 0; i < file.durable; ++i) apply(i, file.number, durable);
    std::size_t wrong = 0;
    std::size_t foreign = 0;
    std::size_t first = 0;
    for (std::size_t at = 0; at < there.size(); ++at) {
      if (there[at] == durable[at] || (there[at] == 0 && at >= file.size)) continue;
      if (is_later(file, static_cast<std::uint32_t>(at), there[at])) continue;
      if (wrong++ == 0) first = at;
      if (there[at] != 0) ++foreign;
    }
    if (wrong == 0) return;
    complain(path + ": " + std::to_string(wrong) + " wrong bytes from " + std::to_string(first) +
             " on, " + std::to_string(foreign) + " of them not zero");
  }

  void apply(std::size_t i, unsigned number, std::vector<std::uint8_t>& bytes) const {
    const Op& op = script_[i];
    if (op.file != number || !writes(op.kind)) return;
    const auto end = std::min<std::size_t>(op.offset + op.size, bytes.size());
    for (std::size_t at = op.offset; at < end; ++at) {
      bytes[at] = byte_of(seed_, number, i, static_cast<std::uint32_t>(at));
    }
  }

  // Whether something written after the promise put that byte there.
  bool is_later(const File& file, std::uint32_t at, std::uint8_t byte) const {
    for (std::size_t i = file.durable; i < std::min(progress_.begun, script_.size()); ++i) {
      const Op& op = script_[i];
      if (op.file != file.number || !writes(op.kind)) continue;
      if (at - op.offset < op.size && byte == byte_of(seed_, file.number, i, at)) return true;
    }
    return false;
  }

  std::size_t names_of_seed() const {
    const std::string prefix = std::to_string(seed_) + "-";
    std::size_t names = 0;
    for (const std::string_view directory : kDirectories) {
      DIR* const open = ::opendir((directory_ + "/" + std::string(directory)).c_str());
      if (open == nullptr) continue;
      while (const dirent* const entry = ::readdir(open)) {
        if (std::string_view(entry->d_name).starts_with(prefix)) ++names;
      }
      static_cast<void>(::closedir(open));
    }
    return names;
  }

  std::string path(const File& file, unsigned name) const {
    return directory_ + "/" + name_of(seed_, file.number, name);
  }
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  const std::string& directory_;
  const std::uint64_t seed_;
  const std::vector<Op>& script_;
  const Progress& progress_;
  const Expectations& expectations_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> broken_promises(const std::string& directory, std::uint64_t seed,
                                         const std::vector<Op>& script, const Progress& progress,
                                         const Expectations& expectations) {
  return Check(directory, seed, script, progress, expectations).run();
}

}  // namespace powercut
