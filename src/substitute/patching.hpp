// Putting functions of ours in the place of a DLL's, for every module of the process. Two ways, so
// that none is missed: import tables of the modules that are loaded, and the export table of the
// DLL itself, from which the loader takes what it gives to modules loaded later and to
// GetProcAddress.
//
// Runs once, in ringproc_hook_start, while the program's own thread has not begun.
#pragma once

#include <array>
#include <span>
#include <string>

#include "ringproc/mmio.h"

namespace ringproc::substitute {

// How a call came to us; the log tells it.
enum class Mechanism {
  program_import,  // the program's own import table
  module_import,   // that of a DLL that was loaded before the program began
  looked_up,       // an address from GetProcAddress
  export_table,    // a module that was loaded later, or looks addresses up in another way
  other,           // not by a function of ours: an open that named 'DOS '
};
inline constexpr std::size_t kMechanisms = 4;  // with a function of their own

[[nodiscard]] const char* text_of(Mechanism mechanism) noexcept;

struct Replacement {
  const char* name = nullptr;
  void* real = nullptr;
  std::array<void*, kMechanisms> ours{};  // by Mechanism
  std::array<void*, 2> exported{};        // what DLLs export for it once patch_exports has run

  [[nodiscard]] void* by(Mechanism mechanism) const noexcept {
    return ours[static_cast<std::size_t>(mechanism)];
  }
};

// Effect: every import, also of delay-loading, of a loaded module that leads to a real function
// leads to ours. `own`: modules that keep the real ones.
// Returns: empty, or why it could not be done.
[[nodiscard]] std::string patch_imports(std::span<const Replacement> replacements,
                                        std::span<const HMODULE> own);

// Effect: `owner` exports ours, and `exported` tells as what. For up to two DLLs: newer systems
// have the functions in a second one, and export them from both. Returns: empty, or why it could
// not be done.
[[nodiscard]] std::string patch_exports(HMODULE owner, std::span<Replacement> replacements);

}  // namespace ringproc::substitute
