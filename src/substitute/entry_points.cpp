#include "substitute/entry_points.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "substitute/children.hpp"
#include "substitute/library.hpp"
#include "substitute/open.hpp"
#include "substitute/patching.hpp"

namespace ringproc::substitute {
namespace {

std::array<Replacement, 5> g_mmio;  // constant once the program runs

template <Mechanism kBy>
HMMIO WINAPI open_a(LPSTR name, LPMMIOINFO info, DWORD flags) noexcept {
  return open_ansi(name, info, flags, kBy);
}

template <Mechanism kBy>
HMMIO WINAPI open_w(LPWSTR name, LPMMIOINFO info, DWORD flags) noexcept {
  return open_wide(name, info, flags, kBy);
}

MMRESULT WINAPI rename_a(LPCSTR name, LPCSTR new_name, LPCMMIOINFO info, DWORD flags) noexcept {
  return rename_ansi(name, new_name, info, flags);
}

MMRESULT WINAPI rename_w(LPCWSTR name, LPCWSTR new_name, LPCMMIOINFO info, DWORD flags) noexcept {
  return rename_wide(name, new_name, info, flags);
}

MMRESULT WINAPI flush_durably(HMMIO handle, UINT flags) noexcept { return flush(handle, flags); }

FARPROC WINAPI get_proc_address(HMODULE module, LPCSTR name) noexcept {
  const FARPROC found = GetProcAddress(module, name);
  void* const address = reinterpret_cast<void*>(found);
  for (const Replacement& one : g_mmio) {
    if (found &&
        (address == one.real || address == one.exported[0] || address == one.exported[1])) {
      return reinterpret_cast<FARPROC>(one.by(Mechanism::looked_up));
    }
  }
  return found;
}

template <typename Function>
void* address(Function* function) {
  return reinterpret_cast<void*>(function);
}

// The module that an address lies in; it stays loaded from now on.
HMODULE module_with(const void* place) {
  HMODULE module = nullptr;
  constexpr DWORD kHow = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
  return GetModuleHandleExW(kHow, static_cast<LPCWSTR>(place), &module) ? module : nullptr;
}

template <typename Real, typename... Ours>
Replacement each(const char* name, Real* real, Ours*... ours) {
  static_assert(sizeof...(ours) == kMechanisms);
  return {name, address(real), {address(ours)...}, {}};
}

template <typename Real, typename Ours>
Replacement all(const char* name, Real* real, Ours* ours) {
  return each(name, real, ours, ours, ours, ours);
}

void fill_mmio() {
  using M = Mechanism;
  g_mmio = {each("mmioOpenA", winmm().open_a, open_a<M::program_import>, open_a<M::module_import>,
                 open_a<M::looked_up>, open_a<M::export_table>),
            each("mmioOpenW", winmm().open_w, open_w<M::program_import>, open_w<M::module_import>,
                 open_w<M::looked_up>, open_w<M::export_table>),
            all("mmioRenameA", winmm().rename_a, rename_a),
            all("mmioRenameW", winmm().rename_w, rename_w),
            all("mmioFlush", winmm().flush, flush_durably)};
}

}  // namespace

std::string catch_calls(bool follow_children) {
  fill_mmio();
  const HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  const auto real = [kernel](const char* name) { return GetProcAddress(kernel, name); };
  std::vector<Replacement> process;
  if (follow_children) {
    process = {all("CreateProcessA", real("CreateProcessA"), create_process_a),
               all("CreateProcessW", real("CreateProcessW"), create_process_w)};
  }
  std::vector<Replacement> imports(g_mmio.begin(), g_mmio.end());
  imports.insert(imports.end(), process.begin(), process.end());
  imports.push_back(all("GetProcAddress", real("GetProcAddress"), get_proc_address));

  const HMODULE hook = module_with(address(catch_calls));
  // Since Windows 8 winmm.dll hands its functions on to another DLL.
  const HMODULE inner = module_with(g_mmio[0].real);
  if (!hook || !inner) return "the hook does not find itself, or winmm.dll's functions";
  const std::array<HMODULE, 4> own = {hook, library().module, winmm().module, inner};
  std::string problem = patch_imports(imports, own);
  if (problem.empty()) problem = patch_exports(winmm().module, g_mmio);
  if (problem.empty() && inner != winmm().module) problem = patch_exports(inner, g_mmio);
  if (problem.empty() && follow_children) problem = patch_exports(kernel, process);
  return problem;
}

}  // namespace ringproc::substitute
