// The bad disk as a test uses it: mounted for as long as this object lives. Used by one thread.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "crash/process.hpp"

namespace crash {

class HangMount {
 public:
  // Why there can be none here; empty: there can.
  static std::string obstacle() {
    if (std::string(BAD_DISK_PROGRAM).empty()) return "built without libfuse3";
    if (::access("/dev/fuse", R_OK | W_OK) != 0) return "no access to /dev/fuse";
    return "";
  }

  HangMount() {
    std::string name = std::filesystem::temp_directory_path().string() + "/ringproc-hang-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
    for (const auto* one : {"/backing", "/mount"}) std::filesystem::create_directory(root_ + one);
    int out[2];
    if (::pipe(out) != 0) throw std::runtime_error("pipe");
    const Words argv{BAD_DISK_PROGRAM, root_ + "/backing", path(), root_ + "/control"};
    server_.emplace(argv, Words{}, [&] {
      // It unmounts itself when this process dies: SIGTERM, which it asks for, and not SIGKILL.
      ::prctl(PR_SET_PDEATHSIG, 0);
      ::close(out[0]);
      return ::dup2(out[1], STDOUT_FILENO) >= 0 && ::close(out[1]) == 0;
    });
    ::close(out[1]);
    char one = 0;
    mounted_ = ::read(out[0], &one, 1) == 1;
    ::close(out[0]);
    if (mounted_) connect();
  }
  HangMount(const HangMount&) = delete;
  HangMount& operator=(const HangMount&) = delete;
  ~HangMount() {
    if (socket_ >= 0) ::close(socket_);
    ::kill(server_->pid(), SIGTERM);
    server_->wait();
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::string path() const { return root_ + "/mount"; }
  [[nodiscard]] std::string backing() const { return root_ + "/backing"; }

  std::string command(const std::string& line) const {
    const auto text = line + "\n";
    std::string reply;
    char one = 0;
    if (::write(socket_, text.data(), text.size()) < 0) return "";
    while (::read(socket_, &one, 1) == 1 && one != '\n') reply += one;
    return reply;
  }

 private:
  void connect() {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (root_ + "/control").c_str());
    mounted_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  std::string root_;
  std::optional<Process> server_;
  bool mounted_ = false;
  int socket_ = -1;
};

}  // namespace crash
