#include "bad_disk/control.hpp"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

namespace bad_disk {
namespace {

constexpr std::string_view kUnknown = "unknown";

std::optional<int> errno_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, int>, 9> kErrors{{{"ENOSPC", ENOSPC},
                                                                            {"EDQUOT", EDQUOT},
                                                                            {"EFBIG", EFBIG},
                                                                            {"EIO", EIO},
                                                                            {"EROFS", EROFS},
                                                                            {"EINTR", EINTR},
                                                                            {"EINVAL", EINVAL},
                                                                            {"EACCES", EACCES},
                                                                            {"EAGAIN", EAGAIN}}};
  for (const auto& [each, number] : kErrors) {
    if (each == name) return number;
  }
  return std::nullopt;
}

// fault CALL FIRST COUNT EFFECT [VALUE] [NAME]
std::string add_fault(std::istringstream& words, Faults& faults) {
  std::string call;
  std::string effect;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  Rule rule;
  words >> call >> first >> count >> effect;
  const auto known = call_named(call);
  if (!known || first == 0) return std::string(kUnknown);
  rule.call = *known;
  rule.skip = first - 1;
  rule.left = count == 0 ? std::numeric_limits<std::uint64_t>::max() : count;
  if (const auto error = errno_named(effect)) {
    rule.value = static_cast<std::uint64_t>(*error);
  } else if (effect == "limit" || effect == "delay") {
    rule.effect = effect == "limit" ? Effect::limit : Effect::delay;
    words >> rule.value;
  } else if (effect == "lie" || effect == "hang" || effect == "full") {
    rule.effect = effect == "lie" ? Effect::lie : effect == "hang" ? Effect::hang : Effect::full;
  } else {
    return std::string(kUnknown);
  }
  words >> rule.name;
  faults.add(std::move(rule));
  return "ok";
}

std::string write_image(std::istringstream& words, const Names& names) {
  std::string survivors;
  std::string to;
  std::uint64_t seed = 0;
  words >> survivors >> seed >> to;
  names.image(survivors == "none"  ? Survivors::none
              : survivors == "all" ? Survivors::all
                                   : Survivors::some,
              seed, to);
  return "ok";
}

void converse(int client, Faults& faults, Names& names) {
  std::string line;
  char one = 0;
  while (::read(client, &one, 1) == 1) {
    if (one != '\n') {
      line += one;
      continue;
    }
    const auto reply = obey(line, faults, names) + "\n";
    line.clear();
    if (::write(client, reply.data(), reply.size()) < 0) break;
  }
  ::close(client);
}

}  // namespace

std::string obey(const std::string& line, Faults& faults, Names& names) try {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "fault") return add_fault(words, faults);
  if (verb == "image") return write_image(words, names);
  if (verb == "clear") return faults.clear(), "ok";
  if (verb == "sync") return names.sync_all(), "ok";
  std::string what;
  std::uint64_t wanted = 0;
  words >> what;
  if (verb == "release") {
    faults.release(what == "half" ? Ending::half : what == "error" ? Ending::error : Ending::full);
    return "ok";
  }
  if (verb == "hanging") return std::to_string(faults.await_hanging(std::stoull(what)));
  const auto call = call_named(what);
  if (verb != "count" || !call) return std::string(kUnknown);
  words >> wanted;
  return std::to_string(faults.await_count(*call, wanted));
} catch (const std::exception& problem) {
  return problem.what();
}

bool serve(const std::string& path, Faults& faults, Names& names) {
  const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path.c_str());
  if (::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listening, 4) != 0) {
    return false;
  }
  std::thread([listening, &faults, &names] {
    for (;;) {
      const int client = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      std::thread([client, &faults, &names] { converse(client, faults, names); }).detach();
    }
  }).detach();
  return true;
}

}  // namespace bad_disk
