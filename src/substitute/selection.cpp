#include "substitute/selection.hpp"

#include "substitute/library.hpp"
#include "substitute/procedure.hpp"

namespace ringproc::substitute {
namespace {

constexpr std::size_t kCodeCharacters = 4;

LPMMIOPROC installed(FOURCC code) { return winmm().install(code, nullptr, MMIO_FINDPROC); }

DWORD upper(wchar_t character) noexcept {
  // Codes of procedures are ASCII: what is not cannot be one.
  if (character >= 0x7F) return 0xFF;
  const auto code = static_cast<DWORD>(character);
  return code >= 'a' && code <= 'z' ? code - 'a' + 'A' : code;
}

}  // namespace

FOURCC code_in_name(std::wstring_view name) noexcept {
  const std::size_t plus = name.rfind(L'+');
  if (plus == std::wstring_view::npos || plus == 0) return 0;
  const std::size_t dot = name.rfind(L'.', plus - 1);
  if (dot == std::wstring_view::npos) return 0;
  const std::wstring_view extension = name.substr(dot + 1, plus - dot - 1);
  FOURCC code = 0;
  for (std::size_t i = 0; i < kCodeCharacters; ++i) {
    code |= upper(i < extension.size() ? extension[i] : L' ') << (8 * i);
  }
  return code;
}

bool selects_default(const wchar_t* name, LPCMMIOINFO info) {
  if (info && info->pIOProc) return false;
  const FOURCC named = info ? info->fccIOProc : 0;
  // A program that has installed its own 'DOS ' means that by naming it.
  if (named == FOURCC_DOS) return installed(FOURCC_DOS) == substitute_procedure;
  if (named != 0) return false;
  const FOURCC code = name ? code_in_name(name) : 0;
  if (code == 0 || code == FOURCC_DOS) return true;
  return !installed(code);
}

}  // namespace ringproc::substitute
