// The functions that the hook calls: the host's own mmio functions, and those of the ringproc.dll
// that lies beside the hook. Fetched once, when the hook starts; both DLLs stay loaded.
#pragma once

#include <string>

#include "ringproc/install.h"

namespace ringproc::substitute {

template <typename Function>
[[nodiscard]] Function* function_of(HMODULE module, const char* name) {
  // By way of void*: what GetProcAddress returns is any function.
  return reinterpret_cast<Function*>(reinterpret_cast<void*>(GetProcAddress(module, name)));
}

// winmm's, as they are for modules that are not patched.
struct Winmm {
  HMODULE module = nullptr;
  decltype(&mmioOpenA) open_a = nullptr;
  decltype(&mmioOpenW) open_w = nullptr;
  decltype(&mmioRenameA) rename_a = nullptr;
  decltype(&mmioRenameW) rename_w = nullptr;
  decltype(&mmioFlush) flush = nullptr;
  decltype(&mmioSendMessage) send_message = nullptr;
  decltype(&mmioInstallIOProcA) install = nullptr;
};

struct Library {
  HMODULE module = nullptr;
  decltype(&ringproc_ioproc_utf8) procedure = nullptr;
  decltype(&ringproc_strerror) error_text = nullptr;
};

// Set by load_functions(); constant afterwards.
[[nodiscard]] const Winmm& winmm() noexcept;
[[nodiscard]] const Library& library() noexcept;

// hook: this DLL. Returns: empty, or what is missing and what to do.
[[nodiscard]] std::string load_functions(HMODULE hook);

[[nodiscard]] std::wstring path_of(HMODULE module);

}  // namespace ringproc::substitute
