// The bad disk as a test uses it: mounted for as long as this object lives. Used by one thread,
// but for the socket's commands: any.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

extern char** environ;

namespace bad_disk {

class Mount {
 public:
  // Why there can be none here; empty: there can.
  static std::string obstacle() {
    if (std::string_view(BAD_DISK_PROGRAM).empty()) return "built without libfuse3";
    if (::access("/dev/fuse", R_OK | W_OK) != 0) return "no access to /dev/fuse";
    return "";
  }

  Mount() {
    std::string name = std::filesystem::temp_directory_path().string() + "/ringproc-disk-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
    for (const auto* one : {"/backing", "/mount", "/images"}) {
      std::filesystem::create_directory(root_ + one);
    }
    if (start()) connect();
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  ~Mount() {
    if (socket_ >= 0) ::close(socket_);
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] bool mounted() const { return mounted_; }
  // A directory for what a test needs beside the disk.
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] std::string path() const { return root_ + "/mount"; }
  [[nodiscard]] std::string file(const std::string& name) const { return path() + "/" + name; }

  // Returns: the answer.
  std::string command(const std::string& line) {
    const std::lock_guard lock(m_);
    const auto text = line + "\n";
    std::string reply;
    char one = 0;
    if (::write(socket_, text.data(), text.size()) < 0) return "";
    while (::read(socket_, &one, 1) == 1 && one != '\n') reply += one;
    return reply;
  }

  // As in README.md: "write 1 0 ENOSPC".
  void fault(const std::string& rule) { expect("fault " + rule); }
  void clear() { expect("clear"); }
  void release(const std::string& how = "full") { expect("release " + how); }
  void sync() { expect("sync"); }
  // How many calls hang, or were made; waits until there are so many, 20 s at the most.
  std::uint64_t hanging(std::uint64_t wanted = 0) {
    return std::stoull(command("hanging " + std::to_string(wanted)));
  }
  std::uint64_t count(const std::string& call, std::uint64_t wanted = 0) {
    return std::stoull(command("count " + call + " " + std::to_string(wanted)));
  }
  // What would be there after a power cut now, as a directory of plain files; survivors: none, all,
  // some. The last image is gone.
  std::string image(const std::string& survivors, std::uint64_t seed = 0) {
    const std::string to = root_ + "/images";
    std::filesystem::remove_all(to);
    std::filesystem::create_directory(to);
    expect("image " + survivors + " " + std::to_string(seed) + " " + to);
    return to;
  }

 private:
  void expect(const std::string& line) {
    if (const auto reply = command(line); reply != "ok") {
      throw std::runtime_error(line + ": the disk says: " + reply);
    }
  }

  // Not by fork: a test may have threads. It ends with this process by a signal that it asks for.
  bool start() {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    std::string words[] = {BAD_DISK_PROGRAM, root_ + "/backing", path(), root_ + "/control"};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    const int problem = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    if (problem != 0) pid_ = 0;
    char one = 0;
    const bool started = problem == 0 && ::read(out[0], &one, 1) == 1;
    ::close(out[0]);
    return started;
  }

  void connect() {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (root_ + "/control").c_str());
    mounted_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  std::string root_;
  pid_t pid_ = 0;
  bool mounted_ = false;
  std::mutex m_;     // a command and its answer
  int socket_ = -1;  // guarded by m_ once connected
};

}  // namespace bad_disk
