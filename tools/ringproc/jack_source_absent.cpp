// In place of jack_source.cpp where the JACK library was not found when the program was built.
#include "live_source.hpp"

namespace ringproc::tool {
namespace {

constexpr const char* kAbsent =
    "this ringproc was built without JACK; on Linux, install libjack-jackd2-dev and pkg-config and "
    "build it again";

}  // namespace

OpenedLive open_jack_source(const LiveRequest& /*request*/) { return {nullptr, kAbsent}; }

LiveList list_jack_ports(const LiveRequest& /*request*/) { return {{}, kAbsent}; }

}  // namespace ringproc::tool
