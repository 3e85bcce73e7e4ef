// In place of wave_in_source_win32.cpp elsewhere.
#include "live_source.hpp"

namespace ringproc::tool {
namespace {

constexpr const char* kAbsent =
    "waveIn is there on Windows only; --source portaudio records from this machine's devices";

}  // namespace

OpenedLive open_wave_in_source(const LiveRequest& /*request*/) { return {nullptr, kAbsent}; }

LiveList list_wave_in_devices() { return {{}, kAbsent}; }

}  // namespace ringproc::tool
