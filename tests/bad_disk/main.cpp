// bad_disk BACKING MOUNT_POINT SOCKET: a file system that passes everything through to the
// directory BACKING, and whose next writes can be made to hang. Ends, and unmounts itself, with its
// parent.
//
// Commands, one per line on the unix socket SOCKET, each answered by one line:
//   hang N          the next N WRITE requests hang
//   await N         waits until N requests hang; answers how many do (after 20 s at the latest)
//   release full    those that hang write everything; so do those that were still to hang
//   release half    they write the first half and say so
//   release error   they write nothing and give EIO
//   delay MS        every WRITE takes so much longer
//   count           how many WRITE requests there were
// libfuse's threads run the requests, one more thread the socket, another the signals.
#define FUSE_USE_VERSION 35
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

namespace {

enum class Ending { full, half, error };

struct State {
  std::mutex mutex;
  std::condition_variable changed;
  int to_hang = 0;
  int hanging = 0;
  std::uint64_t generation = 0;  // of releases
  Ending ending = Ending::full;
  int delay_ms = 0;
  std::uint64_t writes = 0;
};
State g_state;
std::string g_backing;
std::string g_mount_point;

std::string real(const char* path) { return g_backing + path; }
int answer(int result) { return result == 0 ? 0 : -errno; }
int descriptor(const fuse_file_info* info) { return static_cast<int>(info->fh); }

// Waits if this write is to hang. Returns: how it ends.
Ending pass_gate() {
  std::unique_lock lock(g_state.mutex);
  ++g_state.writes;
  if (g_state.to_hang == 0) {
    const std::chrono::milliseconds delay(g_state.delay_ms);
    lock.unlock();
    if (delay.count() > 0) std::this_thread::sleep_for(delay);
    return Ending::full;
  }
  --g_state.to_hang;
  ++g_state.hanging;
  g_state.changed.notify_all();
  const auto mine = g_state.generation;
  g_state.changed.wait(lock, [&] { return g_state.generation != mine; });
  --g_state.hanging;
  return g_state.ending;
}

// ---- requests ----

void* fs_init(fuse_conn_info*, fuse_config* config) {
  config->use_ino = 1;
  config->attr_timeout = 0;
  config->entry_timeout = 0;
  config->negative_timeout = 0;
  config->nullpath_ok = 0;
  return nullptr;
}

int fs_getattr(const char* path, struct stat* to, fuse_file_info* info) {
  if (info != nullptr) return answer(::fstat(descriptor(info), to));
  return answer(::lstat(real(path).c_str(), to));
}

int fs_open(const char* path, fuse_file_info* info) {
  const int fd = ::open(real(path).c_str(), (info->flags & ~(O_NOFOLLOW | O_APPEND)) | O_CLOEXEC);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int fs_create(const char* path, mode_t mode, fuse_file_info* info) {
  const int fd = ::open(real(path).c_str(), info->flags | O_CREAT | O_CLOEXEC, mode);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int fs_read(const char*, char* to, std::size_t size, off_t offset, fuse_file_info* info) {
  const auto got = ::pread(descriptor(info), to, size, offset);
  return got < 0 ? -errno : static_cast<int>(got);
}

int fs_write(const char*, const char* from, std::size_t size, off_t offset, fuse_file_info* info) {
  timespec times[2] = {{0, UTIME_OMIT}, {}};
  ::clock_gettime(CLOCK_REALTIME, &times[1]);
  const auto ending = pass_gate();
  if (ending == Ending::error) return -EIO;
  if (ending == Ending::half) size /= 2;
  const auto put = ::pwrite(descriptor(info), from, size, offset);
  // Local file systems note the time when a write begins. How long a test holds one depends on the
  // machine's load, and half a write that came late cannot be told from a stranger's.
  if (ending == Ending::half && put >= 0) ::futimens(descriptor(info), times);
  return put < 0 ? -errno : static_cast<int>(put);
}

int fs_release(const char*, fuse_file_info* info) { return answer(::close(descriptor(info))); }

int fs_truncate(const char* path, off_t size, fuse_file_info* info) {
  if (info != nullptr) return answer(::ftruncate(descriptor(info), size));
  return answer(::truncate(real(path).c_str(), size));
}

int fs_fsync(const char*, int only_data, fuse_file_info* info) {
  return answer(only_data != 0 ? ::fdatasync(descriptor(info)) : ::fsync(descriptor(info)));
}

int fs_fsyncdir(const char* path, int, fuse_file_info*) {
  const int fd = ::open(real(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const int result = answer(::fsync(fd));
  ::close(fd);
  return result;
}

int fs_readdir(const char* path, void* to, fuse_fill_dir_t fill, off_t, fuse_file_info*,
               fuse_readdir_flags) {
  DIR* directory = ::opendir(real(path).c_str());
  if (directory == nullptr) return -errno;
  while (const dirent* entry = ::readdir(directory)) {
    struct stat status {};
    status.st_ino = entry->d_ino;
    if (fill(to, entry->d_name, &status, 0, fuse_fill_dir_flags{}) != 0) break;
  }
  ::closedir(directory);
  return 0;
}

int fs_mkdir(const char* path, mode_t mode) { return answer(::mkdir(real(path).c_str(), mode)); }
int fs_rmdir(const char* path) { return answer(::rmdir(real(path).c_str())); }
int fs_unlink(const char* path) { return answer(::unlink(real(path).c_str())); }
int fs_chmod(const char* path, mode_t mode, fuse_file_info*) {
  return answer(::chmod(real(path).c_str(), mode));
}
int fs_rename(const char* from, const char* to, unsigned flags) {
  return answer(::renameat2(AT_FDCWD, real(from).c_str(), AT_FDCWD, real(to).c_str(), flags));
}
int fs_statfs(const char* path, struct statvfs* to) {
  return answer(::statvfs(real(path).c_str(), to));
}
int fs_utimens(const char* path, const timespec times[2], fuse_file_info* info) {
  if (info != nullptr) return answer(::futimens(descriptor(info), times));
  return answer(::utimensat(AT_FDCWD, real(path).c_str(), times, AT_SYMLINK_NOFOLLOW));
}

fuse_operations operations() {
  fuse_operations all{};
  all.init = fs_init;
  all.getattr = fs_getattr;
  all.open = fs_open;
  all.create = fs_create;
  all.read = fs_read;
  all.write = fs_write;
  all.release = fs_release;
  all.truncate = fs_truncate;
  all.fsync = fs_fsync;
  all.fsyncdir = fs_fsyncdir;
  all.readdir = fs_readdir;
  all.mkdir = fs_mkdir;
  all.rmdir = fs_rmdir;
  all.unlink = fs_unlink;
  all.chmod = fs_chmod;
  all.rename = fs_rename;
  all.statfs = fs_statfs;
  all.utimens = fs_utimens;
  return all;
}

// ---- control ----

std::string obey(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string how;
  words >> verb >> how;
  std::unique_lock lock(g_state.mutex);
  if (verb == "hang") {
    g_state.to_hang = std::atoi(how.c_str());
  } else if (verb == "await") {
    const int wanted = std::atoi(how.c_str());
    g_state.changed.wait_for(lock, std::chrono::seconds(20),
                             [&] { return g_state.hanging >= wanted; });
    return std::to_string(g_state.hanging);
  } else if (verb == "release") {
    g_state.ending = how == "half" ? Ending::half : how == "error" ? Ending::error : Ending::full;
    g_state.to_hang = 0;
    ++g_state.generation;
    g_state.changed.notify_all();
  } else if (verb == "delay") {
    g_state.delay_ms = std::atoi(how.c_str());
  } else if (verb == "count") {
    return std::to_string(g_state.writes);
  } else {
    return "unknown";
  }
  return "ok";
}

void serve(int listening) {
  for (;;) {
    const int client = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    std::string line;
    char one = 0;
    while (::read(client, &one, 1) == 1) {
      if (one != '\n') {
        line += one;
        continue;
      }
      const auto reply = obey(line) + "\n";
      line.clear();
      if (::write(client, reply.data(), reply.size()) < 0) break;
    }
    ::close(client);
  }
}

int listen_at(const char* path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return ::listen(fd, 4) == 0 ? fd : -1;
}

// The end, whatever hangs: with this process the kernel's connection goes, and with it the
// requests.
[[noreturn]] void leave() {
  static std::atomic_flag leaving;
  while (leaving.test_and_set()) ::pause();  // the other thread sees to it
  if (::umount2(g_mount_point.c_str(), MNT_DETACH) != 0) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execlp("fusermount3", "fusermount3", "-u", "-z", "-q", g_mount_point.c_str(), nullptr);
      ::_exit(127);
    }
    ::waitpid(pid, nullptr, 0);
  }
  ::_exit(0);
}

void leave_at_a_signal(sigset_t signals) {
  int signal = 0;
  ::sigwait(&signals, &signal);
  leave();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  g_backing = argv[1];
  g_mount_point = argv[2];
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, one);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) return 1;

  char name[] = "bad_disk";
  char* arguments[] = {name, nullptr};
  fuse_args args = FUSE_ARGS_INIT(1, arguments);
  const auto all = operations();
  fuse* fs = ::fuse_new(&args, &all, sizeof all, nullptr);
  if (fs == nullptr || ::fuse_mount(fs, g_mount_point.c_str()) != 0) return 3;
  const int listening = listen_at(argv[3]);
  if (listening < 0) leave();
  std::thread(serve, listening).detach();
  std::thread(leave_at_a_signal, signals).detach();
  std::puts("mounted");
  std::fflush(stdout);
  fuse_loop_config config{};
  config.max_idle_threads = 10;
  ::fuse_loop_mt(fs, &config);
  leave();
}
