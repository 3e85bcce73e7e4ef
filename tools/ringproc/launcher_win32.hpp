// Starting a program with the hook in it (`ringproc run`). The program has this process's console
// and standard handles, and its exit status is handed on. Main thread only.
#pragma once

#include <cstdint>
#include <string>

#include "exit_status.hpp"

namespace ringproc::tool {

// What stands behind "--" on this process's command line, as it was typed: quoting is the
// program's own business. Empty: nothing does.
[[nodiscard]] std::wstring command_behind_dashes();

// Effect: the program's RINGPROC_OPTIONS says this, too, after what it says already. Returns: false
// if there is no room for it.
[[nodiscard]] bool add_library_options(const std::string& options);

struct Launch {
  std::wstring command;  // the program and its arguments
  std::wstring log;      // of the hook; empty: none
  bool follow_children = false;
};

// The program, once it has ended; or why it did not begin.
struct ProgramEnd {
  std::string error;                         // not empty: it was not started, or was ended at once
  ExitStatus status = ExitStatus::complete;  // with an error
  std::uint32_t process = 0;
  std::uint32_t exit_code = 0;
};

// Effect: starts the program, with the hook and ringproc.dll that lie beside this executable, and
// waits for its end. Ctrl+C is left to the program.
[[nodiscard]] ProgramEnd run_program(const Launch& launch);

// Everything that the program left is finished: this process may be ended.
void launch_is_over();

// What it means if the exit status is one that the system gives to a program that crashed; empty if
// it is the program's own.
[[nodiscard]] std::string crash_text(std::uint32_t exit_code);

}  // namespace ringproc::tool
