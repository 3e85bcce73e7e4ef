// The hook's beginning and end in a program.
#include <exception>
#include <new>
#include <string>

#include "substitute/children.hpp"
#include "substitute/entry_points.hpp"
#include "substitute/injection.hpp"
#include "substitute/library.hpp"
#include "substitute/log_file.hpp"
#include "substitute/open_files.hpp"
#include "substitute/open_scope.hpp"
#include "substitute/procedure.hpp"

namespace ringproc::substitute {
namespace {

HMODULE g_hook = nullptr;

std::string start(const HookBlock& block) {
  if (block.size != sizeof(HookBlock)) {
    return "the hook and the launcher are of different versions; install both together";
  }
  std::string problem;
  if (block.log[0] != L'\0') problem = log_file().open(block.log);
  if (problem.empty()) problem = load_functions(g_hook);
  if (problem.empty() && !OpenScope::prepare()) problem = "no thread-local memory is left";
  if (problem.empty() && !winmm().install(FOURCC_DOS, substitute_procedure, MMIO_INSTALLPROC)) {
    problem = "winmm does not let the procedure be installed";
  }
  if (!problem.empty()) return problem;
  if (block.follow_children) prepare_children({path_of(g_hook), block.log, true});
  return catch_calls(block.follow_children != 0);
}

}  // namespace
}  // namespace ringproc::substitute

// Called by start_hook() in a thread of its own, before the program's own thread has begun.
// Returns: 0, or 1 with the reason in the block.
extern "C" DWORD WINAPI ringproc_hook_start(void* argument) noexcept {
  auto& block = *static_cast<ringproc::substitute::HookBlock*>(argument);
  try {
    const std::string problem = ringproc::substitute::start(block);
    block.message[problem.copy(block.message, sizeof(block.message) - 1)] = '\0';
    return problem.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    const std::string problem = error.what();
    block.message[problem.copy(block.message, sizeof(block.message) - 1)] = '\0';
    return 1;
  }
}

// No threads, no locks, no waiting. reserved: not NULL when the process ends; then no other thread
// lives, and the files that it has not closed can be told.
BOOL WINAPI DllMain(HINSTANCE hook, DWORD reason, LPVOID reserved) {
  using namespace ringproc::substitute;
  if (reason == DLL_PROCESS_ATTACH) {
    g_hook = hook;
    DisableThreadLibraryCalls(hook);
  }
  if (reason == DLL_PROCESS_DETACH && reserved) {
    open_files().visit_at_exit(
        [](const CaughtFile& file) { log_file().write_at_exit("left-open file=\"", file.name); });
  }
  return TRUE;
}
