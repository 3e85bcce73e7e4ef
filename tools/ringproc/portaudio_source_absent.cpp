// In place of portaudio_source.cpp where the PortAudio library was not found when the program was
// built.
#include "live_source.hpp"

namespace ringproc::tool {
namespace {

constexpr const char* kAbsent =
    "this ringproc was built without PortAudio; on Linux, install portaudio19-dev and pkg-config "
    "and "
    "build it again";

}  // namespace

OpenedLive open_portaudio_source(const LiveRequest& /*request*/) { return {nullptr, kAbsent}; }

LiveList list_portaudio_devices() { return {{}, kAbsent}; }

}  // namespace ringproc::tool
