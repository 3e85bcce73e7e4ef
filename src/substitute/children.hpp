// `ringproc run --follow-children`: what stands in for CreateProcess, so that the hook is in the
// program's children, too. Any thread of the program.
#pragma once

#include "ringproc/mmio.h"
#include "substitute/injection.hpp"

namespace ringproc::substitute {

// Once, before anything is patched: children get what this process got.
void prepare_children(const HookRequest& request);

BOOL WINAPI create_process_a(LPCSTR program, LPSTR command, LPSECURITY_ATTRIBUTES process,
                             LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags,
                             LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                             LPPROCESS_INFORMATION started) noexcept;
BOOL WINAPI create_process_w(LPCWSTR program, LPWSTR command, LPSECURITY_ATTRIBUTES process,
                             LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags,
                             LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                             LPPROCESS_INFORMATION started) noexcept;

}  // namespace ringproc::substitute
