#include "bad_disk/contents.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace bad_disk {
namespace {

int answer(std::int64_t result) { return result < 0 ? -errno : static_cast<int>(result); }

std::uint64_t sectors(std::uint64_t bytes) {
  return (bytes + Contents::kSector - 1) / Contents::kSector;
}

std::string read_all(int fd, std::uint64_t from, std::uint64_t to) {
  std::string bytes(static_cast<std::size_t>(to - from), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto n =
        ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(from + done));
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

Contents::Contents(const std::string& backing_directory) {
  std::string name = backing_directory + "/file-XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) throw std::runtime_error("no file in " + backing_directory);
  ::unlink(name.c_str());
}

Contents::~Contents() { ::close(fd_); }

std::uint64_t Contents::size() const {
  struct stat now {};
  return ::fstat(fd_, &now) == 0 ? static_cast<std::uint64_t>(now.st_size) : 0;
}

int Contents::read(char* to, std::size_t size, std::uint64_t offset) const {
  return answer(::pread(fd_, to, size, static_cast<off_t>(offset)));
}

int Contents::write(const char* from, std::size_t size, std::uint64_t offset,
                    const timespec* time) {
  const std::lock_guard lock(m_);
  before_change(offset, offset + size);
  for (std::uint64_t sector = offset / kSector; sector < sectors(offset + size); ++sector) {
    if (dropped_.empty()) break;
    dropped_.erase(sector);
  }
  const int put = answer(::pwrite(fd_, from, size, static_cast<off_t>(offset)));
  const timespec times[2] = {{0, UTIME_OMIT}, time ? *time : timespec{}};
  if (time) ::futimens(fd_, times);
  return put;
}

// What the medium holds in these bytes is kept, where it holds anything.
void Contents::before_change(std::uint64_t from, std::uint64_t to) {
  const std::uint64_t end = std::min(sectors(to), sectors(durable_size_));
  for (std::uint64_t sector = from / kSector; sector < end; ++sector) {
    if (on_medium_.contains(sector)) continue;
    const auto limit = std::min((sector + 1) * kSector, durable_size_);
    on_medium_[sector] = read_all(fd_, sector * kSector, limit);
  }
}

int Contents::truncate(std::uint64_t size) {
  const std::lock_guard lock(m_);
  before_change(size, durable_size_);
  return answer(::ftruncate(fd_, static_cast<off_t>(size)));
}

int Contents::allocate(int mode, std::uint64_t offset, std::uint64_t length) {
  const std::lock_guard lock(m_);
  // Others would change bytes; nobody here needs them.
  if (mode != 0 && mode != FALLOC_FL_KEEP_SIZE) return -EOPNOTSUPP;
  return answer(::fallocate(fd_, mode, static_cast<off_t>(offset), static_cast<off_t>(length)));
}

int Contents::state(struct stat* to) const { return answer(::fstat(fd_, to)); }
int Contents::set_times(const timespec times[2]) { return answer(::futimens(fd_, times)); }

void Contents::sync() {
  const std::lock_guard lock(m_);
  std::erase_if(on_medium_, [&](const auto& one) { return !dropped_.contains(one.first); });
  durable_size_ = size();
}

void Contents::drop() {
  const std::lock_guard lock(m_);
  for (auto sector = sectors(durable_size_); sector < sectors(size()); ++sector) {
    on_medium_.try_emplace(sector);
  }
  for (const auto& [sector, bytes] : on_medium_) dropped_.insert(sector);
}

std::string Contents::image(Survivors survivors, Random& random) const {
  const std::lock_guard lock(m_);
  const std::uint64_t now = size();
  std::string bytes = read_all(fd_, 0, now);
  const auto flip = [&] { return random() % 2 == 0; };
  std::uint64_t end = survivors == Survivors::none ? durable_size_ : now;
  if (survivors == Survivors::some && flip()) {
    const auto [least, most] = std::minmax(durable_size_, now);
    end = flip() ? durable_size_ : least + random() % (most - least + 1);
  }
  const auto whole = std::max(sectors(durable_size_), sectors(now)) * kSector;
  bytes.resize(static_cast<std::size_t>(whole));
  const auto revert = [&](std::uint64_t sector, std::string_view medium) {
    char* const at = bytes.data() + sector * kSector;
    std::fill_n(at, kSector, '\0');
    std::ranges::copy(medium, at);
  };
  const auto survives = [&] {
    return survivors == Survivors::all || (survivors == Survivors::some && flip());
  };
  for (const auto& [sector, medium] : on_medium_) {
    if (dropped_.contains(sector) || !survives()) revert(sector, medium);
  }
  for (auto sector = sectors(durable_size_); sector < sectors(now); ++sector) {
    if (!on_medium_.contains(sector) && !survives()) revert(sector, {});
  }
  bytes.resize(end);
  return bytes;
}

}  // namespace bad_disk
