#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "probe/probe.hpp"
#include "region/place.hpp"
#include "region/region_name.hpp"

namespace ringproc::core {
namespace {

std::error_code os_error(int error) { return {error, std::system_category()}; }

int descriptor(os::NativeHandle handle) { return static_cast<int>(handle); }

bool is_in_memory(int fd) noexcept {
  struct statfs now {};
  return ::fstatfs(fd, &now) == 0 && (now.f_type == TMPFS_MAGIC || now.f_type == RAMFS_MAGIC);
}

void discard_events(int inotify) noexcept {
  std::array<char, 4096> events;
  while (::read(inotify, events.data(), events.size()) > 0) {
  }
}

}  // namespace

std::string Place::default_directory() { return directory_of_user(::geteuid()); }

std::string Place::directory_of_user(std::uint32_t user) {
  const char* const set = ::getenv("RINGPROC_REGIONS");
  return std::string(set && *set ? set : "/dev/shm") + "/ringproc-" + std::to_string(user);
}

std::shared_ptr<Place> Place::open(const std::string& directory, Make make, std::string& problem) {
  problem.clear();
  const auto why = [](int error) { return std::system_category().message(error); };
  if (make == Make::yes && ::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST) {
    problem = "cannot make " + directory + ": " + why(errno);
    return nullptr;
  }
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    struct stat link {};
    const int error = errno;
    if (error == ENOENT) {
      if (make == Make::yes) problem = directory + " has disappeared";
    } else if (::lstat(directory.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
      problem = directory + " is a symbolic link; remove it, regions are only kept in a directory";
    } else if (error == ENOTDIR) {
      problem = directory + " is not a directory; remove it";
    } else {
      problem = "cannot open " + directory + ": " + why(error);
    }
    return nullptr;
  }
  std::shared_ptr<Place> place;
  struct stat now {};
  if (::fstat(fd, &now) < 0) {
    problem = directory + ": " + why(errno);
  } else if (now.st_uid != ::geteuid()) {
    problem = directory + " belongs to user " + std::to_string(now.st_uid) + ", not to user " +
              std::to_string(::geteuid()) + "; nothing in it is touched";
  } else if ((now.st_mode & 077) != 0) {
    problem = directory + " is open to other users; chmod 700 it";
  } else if (make == Make::yes && !is_in_memory(fd)) {
    // A page of a disk's cache may be waited for while the disk writes it, and every write with it.
    problem = directory + " is not in memory (tmpfs): writing to it would wait for a disk";
  } else {
    place.reset(new Place(fd, directory, now.st_uid));
  }
  if (!place) static_cast<void>(::close(fd));  // a directory: nothing to report
  return place;
}

Place::~Place() { static_cast<void>(::close(descriptor(handle_))); }

std::string Place::path_of(const std::string& name) const { return directory_ + "/" + name; }

bool Place::exists() const noexcept {
  struct stat now {};
  return ::fstat(descriptor(handle_), &now) == 0 && now.st_nlink > 0;
}

bool Place::creates_nameless() noexcept { return true; }

RegionFile Place::create(std::error_code& error) const noexcept {
  // Beyond the numbers that programs give to their standard handles.
  const int low = ::openat(descriptor(handle_), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (low < 0) {
    error = os_error(errno);
    return {};
  }
  RegionFile file(low);
  if (low < 3) {
    file = RegionFile(::fcntl(low, F_DUPFD_CLOEXEC, 3));
    if (!file) {
      error = os_error(errno);
      return {};
    }
  }
  if (file.lock(error) != 0 && !error) error = std::make_error_code(std::errc::no_lock_available);
  return error ? RegionFile() : std::move(file);
}

std::string Place::link(const RegionFile& file, const FileId& id, std::error_code& error) const {
  const std::string from = "/proc/self/fd/" + std::to_string(file.native());
  error = std::make_error_code(std::errc::file_exists);
  for (int k = 0; k < kMostRegionsOfAFile; ++k) {
    std::string name = region_name(id, k);
    // Known as our own before it can be seen: see the top of place.hpp.
    if (!OwnRegions::claim(name, true)) continue;
    if (::linkat(AT_FDCWD, from.c_str(), descriptor(handle_), name.c_str(), AT_SYMLINK_FOLLOW) ==
        0) {
      probe::stored();
      error = {};
      return name;
    }
    error = os_error(errno);
    OwnRegions::release(name);
    if (error != std::errc::file_exists) break;
  }
  return {};
}

RegionFile Place::open_region(const std::string& name, std::error_code& error) const noexcept {
  const int fd =
      ::openat(descriptor(handle_), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  error = fd < 0 ? os_error(errno) : std::error_code{};
  return RegionFile(fd);
}

std::error_code Place::remove(const std::string& name) const noexcept {
  if (::unlinkat(descriptor(handle_), name.c_str(), 0) < 0) return os_error(errno);
  probe::stored();
  return {};
}

std::vector<std::string> Place::list() const {
  std::vector<std::string> names;
  const int fd = ::openat(descriptor(handle_), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return names;
  DIR* const directory = ::fdopendir(fd);
  if (!directory) {
    static_cast<void>(::close(fd));
    return names;
  }
  while (const dirent* const entry = ::readdir(directory)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  static_cast<void>(::closedir(directory));
  return names;
}

std::vector<std::string> Place::list(const FileId& id) const {
  std::vector<std::string> names;
  for (int k = 0, missing = 0; k < kMostRegionsOfAFile && missing < kGap; ++k) {
    std::string name = region_name(id, k);
    if (::faccessat(descriptor(handle_), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
      names.push_back(std::move(name));
    } else {
      ++missing;
    }
  }
  return names;
}

std::uint64_t Place::free_bytes() const noexcept {
  struct statvfs now {};
  if (::fstatvfs(descriptor(handle_), &now) < 0) return 0;
  return static_cast<std::uint64_t>(now.f_bavail) * now.f_frsize;
}

bool Place::wait_for_release(const std::string& name, int timeout_ms) const noexcept {
  // One of this process's own by now: see the top of place.hpp.
  if (!OwnRegions::claim(name, false)) return true;
  bool released = false;
  {
    std::error_code error;
    released = wait_for_release(open_region(name, error), timeout_ms);
  }
  OwnRegions::release(name);
  return released;
}

bool Place::wait_for_release(const RegionFile& file, int timeout_ms) const noexcept {
  const int events = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  // Closing is what gives a lock up, also when a process is killed. Nothing is opened or closed in
  // the loop: it would wake itself.
  const bool watches =
      events >= 0 && ::inotify_add_watch(events, directory_.c_str(),
                                         IN_CLOSE | IN_DELETE | IN_ONLYDIR | IN_DONT_FOLLOW) >= 0;
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  bool released = !file;
  while (!released) {
    released = file.locked_by() == 0 || !file.facts().linked;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (released || !watches || left <= 0) break;
    pollfd wanted{events, POLLIN, 0};
    static_cast<void>(::poll(&wanted, 1, static_cast<int>(left)));
    discard_events(events);
  }
  if (events >= 0) static_cast<void>(::close(events));
  return released;
}

Place::Watcher::Watcher(const Place& place, std::error_code& error) noexcept
    : handle_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  error = handle_ >= 0 && ::inotify_add_watch(descriptor(handle_), place.directory_.c_str(),
                                              IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF |
                                                  IN_ONLYDIR | IN_DONT_FOLLOW) >= 0
              ? std::error_code{}
              : os_error(errno);
}

Place::Watcher::~Watcher() {
  if (handle_ >= 0) static_cast<void>(::close(descriptor(handle_)));
}

void Place::Watcher::wait(std::span<const os::NativeHandle> others, int timeout_ms) noexcept {
  std::array<pollfd, 1001> wanted{pollfd{descriptor(handle_), POLLIN, 0}};
  std::size_t count = 1;
  for (const os::NativeHandle other : others.first(std::min(others.size(), wanted.size() - 1))) {
    wanted[count++] = {descriptor(other), POLLIN, 0};
  }
  // Every outcome means: the caller looks.
  static_cast<void>(::poll(wanted.data(), count, timeout_ms));
  discard_events(descriptor(handle_));
}

}  // namespace ringproc::core
