// Loading the hook into a process that has been created suspended, and starting it there. Used by
// the launcher (ringproc run) and, for children of the program, by the hook itself. Any thread;
// blocks on the process's own initialisation, at most kStartTimeoutMs.
#pragma once

#include <cstdint>
#include <string>

#include "ringproc/mmio.h"

namespace ringproc::substitute {

inline constexpr wchar_t kHookName[] = L"ringproc-hook.dll";
inline constexpr wchar_t kLibraryName[] = L"ringproc.dll";
inline constexpr char kStartFunction[] = "ringproc_hook_start";
inline constexpr DWORD kStartTimeoutMs = 60'000;

// Handed to ringproc_hook_start in the process's memory, and read back when it has returned. Both
// sides are of one width and one build: `size` tells when they are not.
struct HookBlock {
  std::uint32_t size = sizeof(HookBlock);
  std::uint32_t follow_children = 0;
  wchar_t log[2048] = {};   // full path; empty: none
  char message[1024] = {};  // UTF-8: why the start failed
};

struct HookRequest {
  std::wstring hook;  // full path of ringproc-hook.dll
  std::wstring log;
  bool follow_children = false;
};

enum class Start { started, program_ended, failed };
struct StartResult {
  Start result = Start::failed;
  std::string problem;
};

// Effect: in `process`, loads the hook and calls ringproc_hook_start. Requires: it is suspended in
// its creation and of this process's own width. program_ended: it could not be initialised (a DLL
// of its own is missing) and has ended by itself.
[[nodiscard]] StartResult start_hook(HANDLE process, const HookRequest& request);

// The machine of a running process, an IMAGE_FILE_MACHINE_*; 0 if the OS does not tell.
[[nodiscard]] WORD machine_of(HANDLE process);
inline constexpr WORD kOwnMachine =
    sizeof(void*) == 8 ? IMAGE_FILE_MACHINE_AMD64 : IMAGE_FILE_MACHINE_I386;

}  // namespace ringproc::substitute
