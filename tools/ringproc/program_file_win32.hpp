// Finding the program that a command line names, and what kind of file it is, before it is started.
#pragma once

#include <string>

#include "exit_status.hpp"

namespace ringproc::tool {

struct ProgramFile {
  std::wstring path;  // full
  std::string error;  // not empty: it cannot be started from here, and what to do
  ExitStatus status = ExitStatus::complete;  // with an error
};

// The first word of a command.
[[nodiscard]] std::wstring program_of(const std::wstring& command);

// Looks where a command prompt does: the current directory, then PATH, with .com and .exe added to
// a name without extension. Only what is a program of this executable's own width has no error.
[[nodiscard]] ProgramFile find_program(const std::wstring& name);

}  // namespace ringproc::tool
