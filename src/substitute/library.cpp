#include "substitute/library.hpp"

#include "substitute/injection.hpp"
#include "substitute/text.hpp"

namespace ringproc::substitute {
namespace {

Winmm g_winmm;
Library g_library;

// The one that the program uses, wherever that lies; else the system's.
HMODULE load_winmm() {
  HMODULE module = nullptr;
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN, L"winmm.dll", &module)) {
    wchar_t directory[MAX_PATH];
    const UINT size = GetSystemDirectoryW(directory, MAX_PATH);
    module = LoadLibraryExW((std::wstring(directory, size) + L"\\winmm.dll").c_str(), nullptr,
                            LOAD_LIBRARY_SEARCH_SYSTEM32);
  }
  return module;
}

std::string load_library(HMODULE hook) {
  const std::wstring own = path_of(hook);
  const std::wstring path = own.substr(0, own.find_last_of(L'\\') + 1) + kLibraryName;
  const HMODULE module = LoadLibraryExW(
      path.c_str(), nullptr, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (!module) {
    return "cannot load " + to_utf8(path) +
           " (install it beside the hook): " + error_text(GetLastError());
  }
  g_library.module = module;
  g_library.procedure = function_of<decltype(ringproc_ioproc_utf8)>(module, "ringproc_ioproc_utf8");
  g_library.error_text = function_of<decltype(ringproc_strerror)>(module, "ringproc_strerror");
  if (!g_library.procedure || !g_library.error_text) {
    return to_utf8(path) + " is of another version than the hook; install both together";
  }
  return {};
}

}  // namespace

const Winmm& winmm() noexcept { return g_winmm; }
const Library& library() noexcept { return g_library; }

std::wstring path_of(HMODULE module) {
  std::wstring path(32768, L'\0');
  path.resize(GetModuleFileNameW(module, path.data(), static_cast<DWORD>(path.size())));
  return path;
}

std::string load_functions(HMODULE hook) {
  const HMODULE module = load_winmm();
  if (!module) return "cannot load winmm.dll: " + error_text(GetLastError());
  g_winmm.module = module;
  g_winmm.open_a = function_of<decltype(mmioOpenA)>(module, "mmioOpenA");
  g_winmm.open_w = function_of<decltype(mmioOpenW)>(module, "mmioOpenW");
  g_winmm.rename_a = function_of<decltype(mmioRenameA)>(module, "mmioRenameA");
  g_winmm.rename_w = function_of<decltype(mmioRenameW)>(module, "mmioRenameW");
  g_winmm.flush = function_of<decltype(mmioFlush)>(module, "mmioFlush");
  g_winmm.send_message = function_of<decltype(mmioSendMessage)>(module, "mmioSendMessage");
  g_winmm.install = function_of<decltype(mmioInstallIOProcA)>(module, "mmioInstallIOProcA");
  if (!g_winmm.open_a || !g_winmm.open_w || !g_winmm.rename_a || !g_winmm.rename_w ||
      !g_winmm.flush || !g_winmm.send_message || !g_winmm.install) {
    return "the program's winmm.dll (" + to_utf8(path_of(module)) + ") lacks mmio functions";
  }
  return load_library(hook);
}

}  // namespace ringproc::substitute
