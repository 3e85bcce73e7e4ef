#include "bench/table/hang_mount.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench/table/row.hpp"

namespace bench {

HangMount::HangMount(const std::string& scratch) : root_(scratch) {
  if (std::string(BAD_DISK_PROGRAM).empty()) throw NotHere("built without libfuse3");
  if (::access("/dev/fuse", R_OK | W_OK) != 0) throw NotHere("no access to /dev/fuse");
  for (const auto* one : {"/backing", "/mount"}) std::filesystem::create_directory(root_ + one);
  char folder[] = "/tmp/ringproc-hang-XXXXXX";
  if (::mkdtemp(folder) == nullptr) throw std::runtime_error("mkdtemp failed");
  control_ = std::string(folder) + "/control";
  server_ = std::make_unique<Process>(Words{BAD_DISK_PROGRAM, root_ + "/backing", path(), control_},
                                      root_ + "/out", root_ + "/err");
  for (int i = 0; contents_of(root_ + "/out") != "mounted\n"; ++i) {
    if (i == 200) throw NotHere("cannot mount a FUSE file system: " + contents_of(root_ + "/err"));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", control_.c_str());
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot reach the bad disk");
  }
  std::filesystem::remove_all(folder);  // nobody else needs its name
}

HangMount::~HangMount() {
  if (socket_ >= 0) ::close(socket_);
  if (server_) {
    server_->signal(SIGTERM);
    server_->wait();
  }
}

void HangMount::command(const std::string& line) const {
  const std::string text = line + "\n";
  std::string reply;
  char one = 0;
  if (::write(socket_, text.data(), text.size()) < 0)
    throw std::runtime_error("the bad disk is gone");
  while (::read(socket_, &one, 1) == 1 && one != '\n') reply += one;
  if (reply != "ok") throw std::runtime_error("the bad disk said: " + reply);
}

}  // namespace bench
