// Whether the process is ending: its other threads are gone, and locks may be held for ever.
#pragma once

#include <windows.h>

namespace ringproc::substitute {

[[nodiscard]] inline bool process_is_ending() noexcept {
  using Ask = BOOLEAN(NTAPI*)();
  static const FARPROC found =
      ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "RtlDllShutdownInProgress");
  return found && reinterpret_cast<Ask>(reinterpret_cast<void*>(found))();
}

}  // namespace ringproc::substitute
