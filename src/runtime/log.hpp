// One line per event worth telling: to the application's function, to RINGPROC_LOG's file, or to
// standard error.
#pragma once

#include <string>

namespace ringproc::core {

using LogFunction = void (*)(void* user, const char* text);

// Threads: any. Blocks: on writing the line; never called with a lock of ours held, nor by a writer
// on its way.
void log(const std::string& text) noexcept;
void set_log(LogFunction function, void* user) noexcept;

}  // namespace ringproc::core
