// Who else has a file open. One file per system.
#pragma once

#include <string>

namespace ringproc::tool {

// Whether another process has the file open for writing, whatever program that is. False where this
// cannot be seen (another user's file, a network) or where opening the file would fail anyway.
// Requires: this process has not opened it for writing.
[[nodiscard]] bool is_written_by_others(const std::string& path) noexcept;

}  // namespace ringproc::tool
