// Errors of the Windows API as errno values, so that no room above has to know two kinds.
#pragma once

#include <windows.h>

#include <system_error>

namespace ringproc::core {

[[nodiscard]] std::error_code windows_error(DWORD error) noexcept;
// Of the calling thread's last call.
[[nodiscard]] std::error_code last_windows_error() noexcept;

}  // namespace ringproc::core
