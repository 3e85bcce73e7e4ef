// Where the built-in procedure looks for a file that it does not create: the program's directory,
// the current one, the system's, PATH (as OpenFile does).
#pragma once

#include <string>

namespace ringproc::substitute {

[[nodiscard]] std::wstring full_path(const std::wstring& name);

// Returns: the full name of the first file of that name; full_path(name) if there is none.
[[nodiscard]] std::wstring find_file(const std::wstring& name);

}  // namespace ringproc::substitute
