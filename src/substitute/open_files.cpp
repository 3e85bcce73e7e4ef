#include "substitute/open_files.hpp"

#include <algorithm>

namespace ringproc::substitute {
namespace {

OpenFiles g_files;  // not destroyed: it has nothing to give back

class Shared {
 public:
  explicit Shared(SRWLOCK& lock) noexcept : lock_(lock) { AcquireSRWLockShared(&lock_); }
  ~Shared() { ReleaseSRWLockShared(&lock_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

 private:
  SRWLOCK& lock_;
};

class Exclusive {
 public:
  explicit Exclusive(SRWLOCK& lock) noexcept : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
  ~Exclusive() { ReleaseSRWLockExclusive(&lock_); }
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;

 private:
  SRWLOCK& lock_;
};

}  // namespace

OpenFiles& open_files() noexcept { return g_files; }

bool OpenFiles::add(std::unique_ptr<CaughtFile> file) {
  const Exclusive lock(lock_);
  for (std::size_t i = 0; i < kMost; ++i) {
    if (files_[i].load()) continue;
    files_[i].store(file.release());
    used_.store(std::max(used_.load(), i + 1));
    return true;
  }
  return false;
}

void OpenFiles::set_handle(std::uint64_t key, HMMIO handle) {
  const Exclusive lock(lock_);
  for (std::size_t i = 0; i < used_.load(); ++i) {
    CaughtFile* const file = files_[i].load();
    if (file && file->key == key) file->handle = handle;
  }
}

bool OpenFiles::writes(HMMIO handle) {
  const Shared lock(lock_);
  for (std::size_t i = 0; i < used_.load(); ++i) {
    const CaughtFile* const file = files_[i].load();
    if (file && file->handle == handle) return file->writes;
  }
  return false;
}

std::unique_ptr<CaughtFile> OpenFiles::take(std::uint64_t key) {
  const Exclusive lock(lock_);
  for (std::size_t i = 0; i < used_.load(); ++i) {
    CaughtFile* const file = files_[i].load();
    if (!file || file->key != key) continue;
    files_[i].store(nullptr);
    return std::unique_ptr<CaughtFile>(file);
  }
  return nullptr;
}

}  // namespace ringproc::substitute
