// Which I/O procedure an open or a rename asks for, by the rules of mmioOpen's documentation and of
// what hosts were seen to do. Any thread; no I/O.
#pragma once

#include <string_view>

#include "ringproc/mmio.h"

namespace ringproc::substitute {

// The code that a name "FILE.EXT+ELEMENT" selects: up to four characters between the last '+' and
// the nearest '.' before it, in upper case. 0: none.
[[nodiscard]] FOURCC code_in_name(std::wstring_view name) noexcept;

// Whether the default procedure would be used: no other one is named, by procedure, by code, or by
// the name's extension with one installed under it. name NULL: none given.
[[nodiscard]] bool selects_default(const wchar_t* name, LPCMMIOINFO info);

}  // namespace ringproc::substitute
