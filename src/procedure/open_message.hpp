// MMIOM_OPEN and MMIOM_RENAME: names, flags and what they ask for.
#pragma once

#include <cstdint>

#include "procedure/slots.hpp"
#include "ringproc/mmio.h"

namespace ringproc::core {

// The procedure's handles; made at first use, never destroyed.
[[nodiscard]] Slots& slots() noexcept;

// In which encoding a message's names are: the program's own (ANSI under winmm), or UTF-8.
enum class Names { program, utf8 };

// Returns 0 with adwInfo and lDiskOffset set, or an MMIOERR_* code. MMIO_DELETE deletes,
// MMIO_GETTEMP makes a name in `name` (128 characters), MMIO_PARSE and MMIO_EXIST are answered here
// too; none of these opens anything.
[[nodiscard]] LRESULT on_open(MMIOINFO& info, char* name, Names names, std::uint64_t limit);

// Renames, makes the directories durable, and lets open handles of that file follow. Returns 0 or
// an MMIOERR_* code.
[[nodiscard]] LRESULT on_rename(const char* from, const char* to, Names names);

}  // namespace ringproc::core
