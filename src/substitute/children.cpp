#include "substitute/children.hpp"

#include <new>
#include <string>

#include "substitute/log_file.hpp"

namespace ringproc::substitute {
namespace {

HookRequest* g_request = nullptr;  // never freed: other threads may start children at any time

void tell(DWORD child, const std::string& problem) {
  log_file().write("child-not-substituted pid=" + std::to_string(child) + " reason=\"" + problem +
                   '"');
}

// The child runs in any case: it is the program's, and may be needed.
void hook_into(const PROCESS_INFORMATION& child, DWORD flags) noexcept {
  try {
    if (flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS)) {
      tell(child.dwProcessId, "it is being debugged, and would wait for its debugger");
      return;
    }
    if (machine_of(child.hProcess) != kOwnMachine) {
      tell(child.dwProcessId, "it is of another width than its parent");
      return;
    }
    const StartResult result = start_hook(child.hProcess, *g_request);
    if (result.result == Start::failed) tell(child.dwProcessId, result.problem);
  } catch (const std::bad_alloc&) {
    // Nothing to tell it with.
  }
}

// create(flags, started): the real function.
template <typename Create>
BOOL create_followed(DWORD flags, LPPROCESS_INFORMATION started, Create create) noexcept {
  if (!started) return create(flags);  // the real one says what is wrong
  if (!create(flags | CREATE_SUSPENDED)) return FALSE;
  hook_into(*started, flags);
  if (!(flags & CREATE_SUSPENDED)) ResumeThread(started->hThread);
  return TRUE;
}

}  // namespace

void prepare_children(const HookRequest& request) { g_request = new HookRequest(request); }

BOOL WINAPI create_process_a(LPCSTR program, LPSTR command, LPSECURITY_ATTRIBUTES process,
                             LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags,
                             LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                             LPPROCESS_INFORMATION started) noexcept {
  return create_followed(flags, started, [&](DWORD with) {
    return CreateProcessA(program, command, process, thread, inherit, with, environment, directory,
                          startup, started);
  });
}

BOOL WINAPI create_process_w(LPCWSTR program, LPWSTR command, LPSECURITY_ATTRIBUTES process,
                             LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags,
                             LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                             LPPROCESS_INFORMATION started) noexcept {
  return create_followed(flags, started, [&](DWORD with) {
    return CreateProcessW(program, command, process, thread, inherit, with, environment, directory,
                          startup, started);
  });
}

}  // namespace ringproc::substitute
