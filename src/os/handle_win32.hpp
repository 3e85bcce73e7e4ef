// HANDLEs as the rest of the library keeps them, and processes by their numbers. Any thread.
#pragma once

#include <windows.h>

#include <cstdint>

#include "os/os.hpp"

namespace ringproc::core::os {

[[nodiscard]] inline HANDLE handle_of(NativeHandle native) noexcept {
  return reinterpret_cast<HANDLE>(native);
}

[[nodiscard]] inline NativeHandle native_of(HANDLE handle) noexcept {
  return reinterpret_cast<NativeHandle>(handle);
}

// Whether a process of that number has not ended. One that may not be asked counts as living.
[[nodiscard]] bool process_lives(std::uint32_t process) noexcept;

}  // namespace ringproc::core::os
