#include "sweep/supervised.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "sweep/marks.hpp"

namespace sweep {
namespace {

using Filter = std::vector<sock_filter>;

constexpr std::uint32_t kAt(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

// Marks and the calls of these numbers are told, everything else happens.
Filter filter_for(std::span<const int> calls) {
  Filter all;
  const auto add = [&](sock_filter one) { all.push_back(one); };
  const auto load = [&](std::size_t offset) {
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kAt(offset)));
  };
  load(offsetof(seccomp_data, nr));
  for (const int call : calls) {
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(SYS_prctl), 0, 3));
  load(offsetof(seccomp_data, args));  // its low half
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(kMarks), 0, 1));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return all;
}

union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

bool send_descriptor(int channel, int descriptor) {
  Control control{};
  char nothing = 0;
  iovec data{&nothing, 1};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  return ::sendmsg(channel, &message, 0) == 1;
}

int receive_descriptor(int channel) {
  Control control{};
  char nothing = 0;
  iovec data{&nothing, 1};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  int descriptor = -1;
  if (::recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message)) {
    std::memcpy(&descriptor, CMSG_DATA(&control.header), sizeof descriptor);
  }
  return descriptor;
}

// In the program before it is one. Calls that are told wait for the supervisor from here on.
bool confine(const Filter& filter, int channel) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  const long listener =
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  return listener >= 0 && send_descriptor(channel, static_cast<int>(listener));
}

std::string below(pid_t pid, const char* what, int number) {
  return "/proc/" + std::to_string(pid) + what + (number >= 0 ? std::to_string(number) : "");
}

int make_channel(int (&channel)[2]) {
  return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel);
}

}  // namespace

Supervised::Supervised(crash::Words argv, const crash::Words& environment,
                       std::span<const int> calls)
    : process_([&] {
        if (make_channel(channel_) != 0) throw std::runtime_error("socketpair");
        const Filter filter = filter_for(calls);
        return crash::Process(std::move(argv), environment,
                              [&] { return confine(filter, channel_[1]); });
      }()) {
  ::close(channel_[1]);  // so that a child that cannot be confined is noticed
  listener_ = receive_descriptor(channel_[0]);
  ::close(channel_[0]);
}

Supervised::~Supervised() {
  if (listener_ >= 0) ::close(listener_);
}

bool Supervised::is_possible(std::string* reason) {
  struct Nothing final : Supervisor {
    Answer call(Supervised& program, const Call& call) override {
      seen = program.name_of(call.descriptor()).empty() ? seen : true;
      return {};
    }
    bool seen = false;
  } nothing;
  const int closing[] = {SYS_close};
  Supervised program({"/bin/true"}, {}, closing);
  const bool confined = program.listener_ >= 0;
  const Ending ending = program.run(nothing);
  if (!confined) *reason = "system calls cannot be supervised here (seccomp user notification)";
  if (confined && !nothing.seen) *reason = "another process's descriptors cannot be seen here";
  return confined && nothing.seen && ending.how == Ended::by_itself && ending.status == 0;
}

// Returns: false when the program is gone.
bool Supervised::next(Supervisor& supervisor) {
  seccomp_notif request{};
  if (::ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) {
    return errno == EINTR || errno == ENOENT;  // it was killed meanwhile
  }
  Call call{request.id, static_cast<int>(request.pid), request.data.nr, {}};
  for (std::size_t i = 0; i < call.args.size(); ++i) call.args[i] = request.data.args[i];
  const Answer given = supervisor.call(*this, call);
  if (given.kind != Answer::hold) answer(call, given);
  return true;
}

void Supervised::answer(const Call& call, const Answer& answer) {
  seccomp_notif_resp response{};
  response.id = call.id;
  if (answer.kind == Answer::go_on) response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  if (answer.kind == Answer::fail) response.error = static_cast<std::int32_t>(-answer.value);
  if (answer.kind == Answer::give) response.val = answer.value;
  // Whoever waited for it may have been killed.
  static_cast<void>(::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

Ending Supervised::run(Supervisor& supervisor, std::chrono::seconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + patience;
  bool hung = false;
  while (listener_ >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd wanted{listener_, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&wanted, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      hung = true;
      process_.kill9();
      break;
    }
    if ((wanted.revents & POLLIN) == 0 || !next(supervisor)) break;
  }
  const int status = process_.wait();
  if (hung) return {Ended::hung, status};
  if (status >= crash::Process::kSignal) {
    return {Ended::by_signal, status - crash::Process::kSignal};
  }
  return {Ended::by_itself, status};
}

bool Supervised::read(std::uint64_t address, std::span<std::byte> into) const {
  const int memory = ::open(below(pid(), "/mem", -1).c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) return false;
  const ssize_t got = ::pread(memory, into.data(), into.size(), static_cast<off_t>(address));
  ::close(memory);
  return got == static_cast<ssize_t>(into.size());
}

std::string Supervised::name_of(int descriptor) const {
  char name[PATH_MAX];
  const ssize_t n = ::readlink(below(pid(), "/fd/", descriptor).c_str(), name, sizeof name);
  return n > 0 ? std::string(name, static_cast<std::size_t>(n)) : std::string();
}

int Supervised::open_again(int descriptor, int flags) const {
  return ::open(below(pid(), "/fd/", descriptor).c_str(), flags | O_CLOEXEC);
}

}  // namespace sweep
